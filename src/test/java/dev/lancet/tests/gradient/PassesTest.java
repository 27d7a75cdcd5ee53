package dev.lancet.tests.gradient;

import static dev.lancet.assertj.LancetAssertions.assertThat;
import static dev.lancet.dsl.Attention.heads;
import static dev.lancet.dsl.FeedForward.swiglu;
import static dev.lancet.dsl.Rank.rank;
import static dev.lancet.dsl.Selector.linears;
import static dev.lancet.tests.gradient.Course.assertClose;
import static dev.lancet.tests.gradient.Course.only;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lancet.dsl.Compression;
import dev.lancet.dsl.Precision;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.surgery.graph.GraphText;
import dev.lancet.surgery.pass.Pass;
import dev.lancet.surgery.pass.Passes;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;

/** What makes a step fast makes it the same step. */
class PassesTest {

    private static final int BATCH = 4;
    private static final int SEQUENCE = 6;
    private static final Map<String, List<Double>> PLAIN = new ConcurrentHashMap<>();

    static Stream<Arguments> plans() {
        Compression factors = Compression.keepAll().on(linears()).factorise(rank(2));
        Compression codes = Compression.keepAll().on(linears()).quantize(Precision.int8());
        return Stream.of(TinyModels.all().get(0), TinyModels.llama())
                .flatMap(model -> Stream.of(
                        Arguments.of(model.name() + " dense", model, Plan.dense(model)),
                        Arguments.of(model.name() + " in factors", model, Plan.of(model, factors)),
                        Arguments.of(model.name() + " in int8", model, Plan.of(model, codes))));
    }

    /** Both families and all kinds of storage, but not all pairs of them. */
    static Stream<Arguments> somePlans() {
        return plans().filter(PassesTest::chosen);
    }

    static Stream<Arguments> otherPlans() {
        return plans().filter(plan -> !chosen(plan));
    }

    private static boolean chosen(Arguments plan) {
        return List.of("gpt in factors", "llama dense", "llama in int8").contains(plan.get()[0]);
    }

    @ParameterizedTest(name = "{0}")
    @Tag("slow")
    @MethodSource("otherPlans")
    void fifty_steps_of_the_other_pairs_go_the_same_way_too(String name, Transformer model, Plan plan) {
        fifty_steps_go_the_same_way_with_each_pass_and_with_all(name, model, plan);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("somePlans")
    void fifty_steps_go_the_same_way_with_each_pass_and_with_all(String name, Transformer model, Plan plan) {
        List<Double> plain = plain(name, model, plan);
        assertThat(plain.get(Course.STEPS - 1)).isLessThan(0.9 * plain.get(0));
        for (Pass pass : List.of(Pass.STREAMS, Pass.SOFTMAX_GRADIENT, Pass.FUSED_CROSS_ENTROPY, Pass.SINGLE_RESULTS)) {
            assertClose(losses(model, plan, only(pass)), plain, pass.text(), 1e-4);
        }
        assertThat(losses(model, plan, only(Pass.CHEAP_RECOMPUTATION)))
                .as("cheap again")
                .isEqualTo(plain);
        assertClose(losses(model, plan, Passes.of(BATCH, 2, false, Set.of())), plain, "all", 1e-4);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("somePlans")
    void fifty_steps_in_mixed_precision_stay_near(String name, Transformer model, Plan plan) {
        List<Double> plain = plain(name, model, plan);
        assertClose(losses(model, plan, Passes.of(BATCH, 2, true, Set.of())), plain, "mixed", 0.06);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("somePlans")
    void fifty_steps_in_half_precision_stay_near(String name, Transformer model, Plan plan) {
        List<Double> plain = plain(name, model, plan);
        Passes half = Passes.of(BATCH, 2, true, Set.of()).float16();
        assertClose(losses(model, plan, half), plain, "half", 0.01);
    }

    @Test
    void steps_with_norms_of_queries_and_keys_go_the_same_way_with_all_passes() {
        Transformer model = TinyModels.normedHeads();
        Plan plan = Plan.dense(model);
        List<Double> plain = losses(model, plan, only());
        assertThat(plain.get(Course.STEPS - 1)).isLessThan(0.9 * plain.get(0));
        Passes all = Passes.of(BATCH, 2, false, Set.of()).and(Pass.ACTIVATION_CHECKPOINTING);
        assertClose(losses(model, plan, all), plain, "all", 1e-4);
        assertClose(losses(model, plan, Passes.of(BATCH, 2, true, Set.of())), plain, "mixed", 0.06);
    }

    @ParameterizedTest
    @EnumSource(
            value = Pass.class,
            names = {"STREAMS", "SOFTMAX_GRADIENT", "FUSED_CROSS_ENTROPY", "SINGLE_RESULTS", "COMPILED"})
    void each_pass_is_golden(Pass pass) {
        Transformer model = one();
        isGolden(Plan.dense(model), only(pass), pass.text());
    }

    /** The golden holds what the passes change in the step without any. */
    private static void isGolden(Plan plan, Passes passes, String name) {
        assertThat(step(one(), plan, passes))
                .isGoldenDifference(step(one(), plan, only()), "passes/llama." + name + ".diff");
    }

    @Test
    void a_step_without_passes_is_golden() {
        assertThat(step(one(), Plan.dense(one()), only())).isGolden("passes/llama.plain.graph");
    }

    @Test
    void blocks_computed_again_are_golden_and_the_same_step() {
        Passes again = only().and(Pass.ACTIVATION_CHECKPOINTING);
        isGolden(Plan.dense(one()), again, "activation-checkpointing");
        List<Double> plain = losses(TinyModels.llama(), Plan.dense(TinyModels.llama()), only());
        assertClose(losses(TinyModels.llama(), Plan.dense(TinyModels.llama()), again), plain, "again", 1e-5);
    }

    @Test
    void codes_become_floats_again_where_the_gradient_comes_and_the_step_is_the_same() {
        for (Precision precision : List.of(Precision.int8(), Precision.int4(4), Precision.nf4(4))) {
            Compression codes = Compression.keepAll().on(linears()).quantize(precision);
            Plan plan = Plan.of(one(), codes);
            isGolden(
                    plan,
                    only(Pass.BACKWARD_DEQUANTIZATION),
                    "backward-dequantization." + precision.format().name().toLowerCase(Locale.ROOT));
            Transformer model = TinyModels.llama();
            List<Double> plain = losses(model, Plan.of(model, codes), only());
            List<Double> again = losses(model, Plan.of(model, codes), only(Pass.BACKWARD_DEQUANTIZATION));
            assertClose(again, plain, precision.toString(), 1e-6);
            Passes both = only(Pass.BACKWARD_DEQUANTIZATION).and(Pass.ACTIVATION_CHECKPOINTING);
            assertClose(losses(model, Plan.of(model, codes), both), plain, precision + ", blocks too", 1e-6);
        }
    }

    @Test
    void codes_of_scales_and_zero_points_become_floats_again_too() {
        Transformer model = TinyModels.llama();
        for (Precision precision : List.of(
                Precision.nf4(4).doubleQuantized(),
                Precision.int4(4).asymmetric().doubleQuantized())) {
            Plan plan = Plan.of(model, Compression.keepAll().on(linears()).quantize(precision));
            List<Double> plain = losses(model, plan, only());
            assertClose(losses(model, plan, only(Pass.BACKWARD_DEQUANTIZATION)), plain, precision.toString(), 1e-6);
            assertThat(GraphText.of(step(model, plan, only(Pass.BACKWARD_DEQUANTIZATION)))
                            .lines()
                            .filter(line -> line.contains("later/h.0.mlp.up") && line.contains("= @")))
                    .singleElement()
                    .asString()
                    .contains("double_quantized", "h.0.mlp.up.scale.step", "h.0.mlp.up.scale.mean");
        }
    }

    @Test
    void a_model_without_codes_has_nothing_to_turn_into_floats_again() {
        assertThat(step(one(), Plan.dense(one()), only(Pass.BACKWARD_DEQUANTIZATION)))
                .isEqualTo(step(one(), Plan.dense(one()), only()));
    }

    @Test
    void what_is_cheap_is_golden_where_it_is_computed_again() {
        isGolden(Plan.dense(one()), only(Pass.CHEAP_RECOMPUTATION), "cheap-recomputation");
    }

    @Test
    void beside_frozen_matrices_there_is_nothing_cheap_to_compute_again() {
        Transformer model = TinyModels.llama();
        Plan frozen = Plan.of(model, Compression.keepAll().on(linears()).quantize(Precision.int8()));
        assertThat(step(model, frozen, only(Pass.CHEAP_RECOMPUTATION))).isEqualTo(step(model, frozen, only()));
    }

    @Test
    void nothing_that_needs_a_product_is_computed_again() {
        assertThat(step(one(), Plan.dense(one()), only(Pass.CHEAP_RECOMPUTATION))
                        .getNodeList())
                .extracting(NodeDef::getName)
                .filteredOn(node -> node.startsWith("later/"))
                .containsExactlyInAnyOrder(
                        "later/h.0.attn.norm", "later/h.0.mlp.norm", "later/h.0.mlp.inner", "later/norm");
    }

    @Test
    void blocks_that_are_computed_again_have_what_is_cheap_in_them() {
        assertThat(Passes.of(BATCH, 2, false, Set.of())
                        .and(Pass.ACTIVATION_CHECKPOINTING)
                        .does(Pass.CHEAP_RECOMPUTATION))
                .isFalse();
    }

    @Test
    void only_results_that_share_a_curve_are_computed_apart() {
        Transformer gpt = TinyModels.all().get(0);
        assertThat(step(gpt, Plan.dense(gpt), only(Pass.SINGLE_RESULTS))).isEqualTo(step(gpt, Plan.dense(gpt), only()));
        assertThat(step(one(), Plan.dense(one()), only(Pass.SINGLE_RESULTS)).getNodeList())
                .extracting(NodeDef::getName)
                .filteredOn(node -> node.endsWith(".result.1"))
                .containsExactly("h.0.mlp.inner.back.result.1");
    }

    @Test
    void mixed_precision_is_golden() {
        isGolden(Plan.dense(one()), only(Pass.MIXED_PRECISION), "mixed-precision");
        isGolden(Plan.dense(one()), Passes.of(BATCH, 2, true, Set.of()), "all");
    }

    @Test
    void half_precision_is_golden() {
        isGolden(Plan.dense(one()), only(Pass.HALF_PRECISION), "half-precision");
    }

    @Test
    void a_step_compiled_as_one_is_golden_and_the_same_step() {
        Passes whole = only(Pass.SOFTMAX_GRADIENT, Pass.FUSED_CROSS_ENTROPY).and(Pass.WHOLE_STEP);
        isGolden(Plan.dense(one()), whole, "whole-step");
        List<Double> plain = losses(TinyModels.llama(), Plan.dense(TinyModels.llama()), only());
        assertClose(losses(TinyModels.llama(), Plan.dense(TinyModels.llama()), whole), plain, "whole", 1e-4);
        assertClose(losses(TinyModels.llama(), Plan.dense(TinyModels.llama()), whole.float16()), plain, "half", 0.01);
    }

    @Test
    void products_with_a_frozen_matrix_of_sixteen_bits_are_golden_in_mixed_precision() {
        Compression halves = Compression.keepAll().on(linears()).quantize(Precision.bfloat16());
        isGolden(Plan.of(one(), halves), only(Pass.MIXED_PRECISION), "mixed-precision.bfloat16");
    }

    /**
     * What enters and leaves the products has 8 bits, so another order of sums is seen in every loss, and is another course in
     * the end: the first steps are compared, and all must learn.
     */
    @Test
    @Tag("slow")
    void steps_beside_frozen_matrices_of_sixteen_bits_begin_alike_with_all_passes_and_learn() {
        for (Transformer model : List.of(TinyModels.all().get(0), TinyModels.llama())) {
            Plan plan = Plan.of(model, Compression.keepAll().on(linears()).quantize(Precision.bfloat16()));
            List<Double> plain = losses(model, plan, only());
            Passes mixed = Passes.of(BATCH, 2, true, Set.of());
            for (Passes passes : List.of(Passes.of(BATCH, 2, false, Set.of()), mixed, mixed.float16())) {
                List<Double> losses = losses(model, plan, passes);
                for (int i = 0; i < 10; i++) {
                    assertThat(losses.get(i)).as(passes + ", loss " + i).isCloseTo(plain.get(i), within(0.02));
                }
                assertThat(losses.get(Course.STEPS - 1)).isLessThan(0.9 * losses.get(0));
            }
            assertThat(plain.get(Course.STEPS - 1)).isLessThan(0.9 * plain.get(0));
        }
    }

    @Test
    void products_are_in_one_kind_of_16_bits() {
        assertThatThrownBy(() -> only(Pass.HALF_PRECISION, Pass.MIXED_PRECISION))
                .hasMessage(
                        "passes: mixed-precision and half-precision exclude each other; choose bfloat16 or float16");
    }

    @Test
    void a_batch_is_cut_into_as_many_streams_as_divide_it() {
        assertThat(Passes.of(8, 2, false, Set.of()).streams()).isEqualTo(2);
        assertThat(Passes.of(8, 6, false, Set.of()).streams()).isEqualTo(4);
        assertThat(Passes.of(7, 2, false, Set.of()).streams()).isEqualTo(1);
        assertThat(Passes.of(1, 16, false, Set.of()).streams()).isEqualTo(1);
        assertThat(Passes.of(8, 2, false, Set.of(Pass.STREAMS)).streams()).isEqualTo(1);
    }

    @Test
    void passes_are_told_by_name() {
        assertThat(Passes.of(8, 2, false, Set.of(Pass.FUSED_CROSS_ENTROPY)))
                .hasToString(
                        "causal-tiles,streams=2,softmax-gradient,backward-dequantization,cheap-recomputation,matrix-layout,single-results,short-sums,compiled");
        assertThat(Pass.named("wide-sums")).isEqualTo(Pass.WIDE_SUMS);
        assertThatThrownBy(() -> Pass.named("fast"))
                .hasMessageContaining(
                        "pass: fast; it is one of mixed-precision, half-precision, causal-tiles, streams,");
    }

    private static Transformer one() {
        return Transformer.decoder("llama")
                .vocabulary(11)
                .context(8)
                .width(8)
                .layers(1)
                .attention(heads(4).kv(2))
                .feedForward(swiglu(12))
                .build();
    }

    /** The losses without any pass, computed once for all that are compared with them. */
    private static List<Double> plain(String name, Transformer model, Plan plan) {
        return PLAIN.computeIfAbsent(name, unknown -> losses(model, plan, only()));
    }

    private static Course course(Transformer model, Plan plan) {
        return new Course(model, plan, BATCH, SEQUENCE);
    }

    private static GraphDef step(Transformer model, Plan plan, Passes passes) {
        return course(model, plan).step(passes);
    }

    private static List<Double> losses(Transformer model, Plan plan, Passes passes) {
        return course(model, plan).losses(passes);
    }
}
