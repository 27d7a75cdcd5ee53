package dev.lancet.dsl.plan;

import static dev.lancet.Lancet.attention;
import static dev.lancet.Lancet.bfloat16;
import static dev.lancet.Lancet.budget;
import static dev.lancet.Lancet.byBudget;
import static dev.lancet.Lancet.correction;
import static dev.lancet.Lancet.embedding;
import static dev.lancet.Lancet.energy;
import static dev.lancet.Lancet.everything;
import static dev.lancet.Lancet.feedForward;
import static dev.lancet.Lancet.heads;
import static dev.lancet.Lancet.int4;
import static dev.lancet.Lancet.int8;
import static dev.lancet.Lancet.keys;
import static dev.lancet.Lancet.linears;
import static dev.lancet.Lancet.lora;
import static dev.lancet.Lancet.named;
import static dev.lancet.Lancet.nf4;
import static dev.lancet.Lancet.normal;
import static dev.lancet.Lancet.outputs;
import static dev.lancet.Lancet.queries;
import static dev.lancet.Lancet.rank;
import static dev.lancet.Lancet.ratio;
import static dev.lancet.Lancet.silu;
import static dev.lancet.Lancet.spectral;
import static dev.lancet.Lancet.swiglu;
import static dev.lancet.Lancet.values;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import dev.lancet.dsl.Compression;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Precision;
import dev.lancet.dsl.Role;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.Treatment;
import dev.lancet.dsl.Weight;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class PlanTest {

    private static final Transformer MINI = Transformer.decoder("mini")
            .vocabulary(50)
            .context(32)
            .width(24)
            .layers(2)
            .attention(heads(4).kv(2))
            .feedForward(swiglu(40))
            .build();

    private static Compression on() {
        return Compression.keepAll();
    }

    @Test
    void the_last_rule_applies_alone() {
        Plan plan = Plan.of(
                MINI,
                on().on(everything())
                        .quantize(int8())
                        .on(attention().blocks(1, 1))
                        .factorise(rank(3))
                        .on(embedding())
                        .keep());

        assertThat(plan.step("h.0.attn.q"))
                .isEqualTo(Step.quantize(weight("h.0.attn.q"), int8(), "on(everything()).quantize(int8)"));
        assertThat(plan.step("h.1.attn.q"))
                .isEqualTo(Step.factorise(
                        weight("h.1.attn.q"),
                        3,
                        Precision.float32(),
                        "on(attention().blocks(1, 1)).factorise(rank(3))"));
        assertThat(plan.step("embedding")).isEqualTo(Step.keep(weight("embedding"), "on(embedding()).keep()"));
        assertThat(plan.kept()).containsExactly(plan.step("embedding"));
    }

    @Test
    void bfloat16_needs_no_scales_and_no_unpacking() {
        Plan plan = Plan.of(
                MINI, on().on(everything()).quantize(bfloat16()).on(attention()).factorise(rank(3), bfloat16()));

        assertThat(plan.kept()).isEmpty();
        assertThat(plan.step("embedding").bytes()).isEqualTo(2 * 50 * 24);
        assertThat(plan.memory()).isEqualTo(plan.bytesAfter());
        assertThat(plan.step("h.0.attn.q").matrices())
                .allMatch(matrix -> matrix.arrays().size() == 1)
                .hasSize(2);
        assertThat(plan.canonical())
                .contains("embedding = [50, 24] bfloat16, 4,800 -> 2,400 bytes: on(everything()).quantize(bfloat16)\n")
                .contains("h.0.attn.q = [24, 24] rank 3 bfloat16, 2,304 -> 288 bytes: "
                        + "on(attention()).factorise(rank(3), bfloat16)\n");
        assertThat(bfloat16()).satisfies(bits -> {
            assertThat(bits.narrow()).isTrue();
            assertThat(bits.quantized()).isFalse();
        });
    }

    @Test
    void a_nonlinearity_stands_between_factors_and_stays_there_when_they_are_quantised() {
        Plan plan = Plan.of(MINI, on().on(attention()).factorise(rank(3), silu()));

        Step step = plan.step("h.0.attn.q");
        assertThat(step)
                .isEqualTo(Step.factorise(
                                weight("h.0.attn.q"),
                                3,
                                Precision.float32(),
                                "on(attention()).factorise(rank(3), silu())")
                        .with(silu()));
        assertThat(step.parameters()).isEqualTo(2 * 24 * 3);
        assertThat(plan.toString()).contains("rank 3 silu() float32");
        Plan packed = plan.then(on().on(everything()).quantize(int8()), Spectra.none());
        assertThat(packed.step("h.0.attn.q").between()).contains(silu());
        assertThat(packed.step("h.0.attn.q").rank()).hasValue(3);
        assertThat(packed.step("h.0.mlp.up").between()).isEmpty();
    }

    @Test
    void a_nonlinearity_needs_factors_and_no_table() {
        assertThatThrownBy(() -> Plan.of(MINI, on().on(everything()).factorise(rank(3), silu(), int8())))
                .isInstanceOf(LancetException.class)
                .hasMessage(
                        "plan: embedding is a table, and on(everything()).factorise(rank(3), silu(), int8) puts silu()"
                                + " between its factors; select linears() instead, or give the table another clause");
        assertThatThrownBy(() -> new Treatment(Optional.empty(), int8(), Optional.of(silu())))
                .hasMessage("silu(): needs two factors, but no rank is given; write factorise(rank(64), silu())");
        Plan budget =
                Plan.of(MINI, on().on(attention()).factorise(byBudget(), silu()).within(budget("1.2x")));
        assertThat(budget.step("h.0.attn.q").between()).contains(silu());
    }

    @Test
    void an_adapter_stands_beside_what_is_stored_and_can_be_merged() {
        Plan plan = Plan.of(
                MINI,
                on().on(linears())
                        .quantize(int8())
                        .on(attention())
                        .quantize(int8(), lora(3))
                        .on(named("h.*.attn.v"))
                        .factorise(rank(4), int8(), lora(2).alpha(1)));

        Step q = plan.step("h.0.attn.q");
        assertThat(q.matrices())
                .extracting(StoredMatrix::name)
                .containsExactly("h.0.attn.q", "h.0.attn.q.lora.a", "h.0.attn.q.lora.b");
        assertThat(q.adapterMatrices())
                .extracting(StoredMatrix::rows, StoredMatrix::columns)
                .containsExactly(tuple(24, 3), tuple(3, 24));
        assertThat(q.parameters()).isEqualTo(24 * 24 + 2 * 24 * 3);
        assertThat(q.because()).isEqualTo("on(attention()).quantize(int8, lora(3))");
        assertThat(plan.step("h.0.attn.v").because())
                .isEqualTo("on(named(\"h.*.attn.v\")).factorise(rank(4), int8, lora(2).alpha(1))");
        assertThat(plan.toString()).contains("int8 + lora(3)").contains("rank 4 int8 + lora(2).alpha(1)");
        assertThat(plan.adapted()).isTrue();
        assertThat(plan.merged().adapted()).isFalse();
        assertThat(plan.merged().step("h.0.attn.q").precision()).isEqualTo(int8());
        assertThat(plan.merged().step("h.0.attn.v").rank()).hasValue(4);
    }

    @Test
    void an_adapter_alone_keeps_the_precision_and_a_new_precision_keeps_the_adapter() {
        Plan packed = Plan.of(MINI, on().on(everything()).quantize(int8()));
        Plan adapted = packed.then(on().on(attention()).adapt(lora(2)), Spectra.none());

        assertThat(adapted.step("h.0.attn.q").precision()).isEqualTo(int8());
        assertThat(adapted.step("h.0.attn.q").adapter()).contains(lora(2));
        assertThat(adapted.step("h.0.mlp.up").adapter()).isEmpty();
        Plan smaller = adapted.then(on().on(everything()).quantize(int4(4)), Spectra.none());
        assertThat(smaller.step("h.0.attn.q").adapter()).contains(lora(2));
        Plan cut = adapted.then(on().on(attention()).factorise(rank(4)), Spectra.none());
        assertThat(cut.adapted()).as("cut anew with its adapter in it").isFalse();
    }

    @Test
    void tables_and_budgets_have_no_adapters() {
        assertThatThrownBy(() -> Plan.of(MINI, on().on(everything()).quantize(int8(), lora(2))))
                .isInstanceOf(LancetException.class)
                .hasMessage("plan: embedding is a table, and on(everything()).quantize(int8, lora(2)) adds an adapter"
                        + " to it; select linears() instead, or give the table another clause");
        assertThatThrownBy(() -> on().on(attention()).factorise(byBudget(), int8(), lora(2)))
                .hasMessage("lora(2): a budget does not count adapters; compress first, then add adapters to"
                        + " the result");
        assertThatThrownBy(() -> lora(0)).hasMessage("lora: rank 0; it must be at least 1");
        assertThatThrownBy(() -> lora(2).alpha(-1)).hasMessage("lora: alpha -1.0; it must be a positive number");
        assertThat(lora(16).scale()).isEqualTo(2);
        assertThat(lora(16).stabilised().scale()).isEqualTo(8);
    }

    @Test
    void a_correction_stands_beside_codes_and_counts_with_them() {
        Plan plan = Plan.of(
                MINI,
                on().on(linears())
                        .quantize(int4(4), correction(3))
                        .on(attention())
                        .quantize(int8(), correction(30).storedIn(bfloat16()), lora(2)));

        Step up = plan.step("h.0.mlp.up");
        Weight weight = up.weight();
        assertThat(up.matrices())
                .extracting(StoredMatrix::name)
                .containsExactly("h.0.mlp.up", "h.0.mlp.up.correction.a", "h.0.mlp.up.correction.b");
        assertThat(up.correctionMatrices())
                .extracting(StoredMatrix::rows, StoredMatrix::columns)
                .containsExactly(tuple(weight.rows(), 3), tuple(3, weight.columns()));
        assertThat(up.bytes())
                .isEqualTo(Step.quantize(weight, int4(4), "").bytes()
                        + 3L * (weight.rows() + weight.columns())
                        + 4L * (3 + weight.columns()));
        assertThat(up.because()).isEqualTo("on(linears()).quantize(int4(4), correction(3))");
        Step q = plan.step("h.0.attn.q");
        assertThat(q.matrices())
                .extracting(StoredMatrix::name)
                .containsExactly(
                        "h.0.attn.q",
                        "h.0.attn.q.correction.a",
                        "h.0.attn.q.correction.b",
                        "h.0.attn.q.lora.a",
                        "h.0.attn.q.lora.b");
        assertThat(q.correction()).as("the full rank").contains(correction(24).storedIn(bfloat16()));
        assertThat(q.because())
                .isEqualTo("on(attention()).quantize(int8, correction(30).storedIn(bfloat16), lora(2)):"
                        + " its full rank is 24");
        assertThat(plan.canonical())
                .contains("int4(4) + correction(3), ")
                .contains("int8 + correction(24).storedIn(bfloat16) + lora(2), ");
        assertThat(plan.merged().step("h.0.attn.q").correction()).isPresent();
    }

    @Test
    void other_bits_take_a_correction_in_and_an_adapter_leaves_it() {
        Plan corrected = Plan.of(MINI, on().on(linears()).quantize(int4(4), correction(3)));

        Plan adapted = corrected.then(on().on(attention()).adapt(lora(2)), Spectra.none());
        assertThat(adapted.step("h.0.attn.q").correction()).contains(correction(3));
        Plan wider = corrected.then(on().on(linears()).quantize(int8()), Spectra.none());
        assertThat(wider.steps()).allMatch(step -> step.correction().isEmpty());
        Plan same = corrected.then(on().on(linears()).quantize(int4(4), correction(3)), Spectra.none());
        assertThat(same.changedSince(corrected)).isEmpty();
        Plan kept = corrected.then(
                on().on(linears()).keep(),
                Spectra.none(),
                new Constraints(Map.of("h.0.attn.q", "it is so already"), Map.of()));
        assertThat(kept.changedSince(corrected)).isEmpty();
    }

    @Test
    void a_correction_needs_codes_in_one_piece() {
        assertThatThrownBy(() -> Plan.of(MINI, on().on(everything()).quantize(int8(), correction(2))))
                .isInstanceOf(LancetException.class)
                .hasMessage("plan: embedding is a table, and on(everything()).quantize(int8, correction(2)) adds a"
                        + " correction to it; select linears() instead, or give the table another clause");
        Plan factored = Plan.of(MINI, on().on(attention()).factorise(rank(4)));
        assertThatThrownBy(() -> factored.then(on().on(linears()).quantize(int8(), correction(2)), Spectra.none()))
                .hasMessage("plan: h.0.attn.q is stored in two factors of rank 4, and on(linears()).quantize(int8,"
                        + " correction(2)) adds a correction to it; only a matrix in one piece has one, so leave it"
                        + " out here");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> on().on(linears()).quantize(bfloat16(), correction(2)))
                .withMessage("correction(2): corrects what rounding to 8 or 4 bits loses, but the precision is"
                        + " bfloat16; choose int8, int4(32) or nf4(32)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Treatment(Optional.of(rank(4)), int8()).with(correction(2)))
                .withMessage("correction(2): corrects a matrix in one piece, but a rank is given; leave out one of"
                        + " them");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> correction(2).storedIn(Precision.float32()))
                .withMessage("correction: cannot be stored in float32; choose int8 or bfloat16");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> correction(0))
                .withMessage("correction: rank 0; it must be at least 1");
    }

    @Test
    void ranks_differ_by_role_and_tables_have_their_own() {
        Compression diet = on().on(queries(), keys())
                .factorise(rank(3), silu())
                .on(values(), outputs(), feedForward())
                .factorise(rank(5), silu())
                .on(embedding())
                .factorise(rank(4));
        Plan plan = Plan.of(MINI, diet);

        assertThat(plan.step("h.0.attn.q").rank()).hasValue(3);
        assertThat(plan.step("h.1.attn.k").rank()).hasValue(3);
        assertThat(plan.step("h.1.attn.v").rank()).hasValue(5);
        assertThat(plan.step("h.0.attn.o").rank()).hasValue(5);
        assertThat(plan.step("h.0.mlp.down").because())
                .isEqualTo("on(values().or(outputs()).or(feedForward())).factorise(rank(5), silu())");
        assertThat(plan.step("embedding").rank()).hasValue(4);
        assertThat(plan.step("embedding").between()).isEmpty();
    }

    @Test
    void the_initialization_of_factors_is_shown_if_it_is_set() {
        Compression diet = on().on(attention()).factorise(rank(3));
        Plan plan = Plan.of(MINI, diet.initialise(normal()));

        assertThat(plan.step("h.0.attn.q").initialisation()).contains(normal());
        assertThat(plan.step("h.0.mlp.up").initialisation()).isEmpty();
        assertThat(plan.toString()).contains("rank 3 normal() float32");
        assertThat(Plan.of(MINI, diet).toString()).doesNotContain("normal").doesNotContain("spectral");
        assertThat(diet.initialise(normal()).initialise(spectral()))
                .hasToString(
                        "Compression.keepAll()\n    .on(attention()).factorise(rank(3))\n    .initialise(spectral())");
        assertThat(plan.then(on().on(attention()).quantize(int8()), Spectra.none())
                        .step("h.0.attn.q")
                        .initialisation())
                .contains(normal());
        Compression nothing = on().on(attention()).quantize(int8()).initialise(normal());
        assertThatThrownBy(() -> Plan.of(MINI, nothing))
                .isInstanceOf(LancetException.class)
                .hasMessage("initialise: normal() is given, but no matrix of mini is factorized; leave it out, or add"
                        + " factorise(rank(64))");
    }

    @Test
    void a_weight_that_no_rule_selects_says_so() {
        assertThat(Plan.of(MINI, on().on(feedForward()).quantize(int8()))
                        .step("h.0.attn.q")
                        .because())
                .isEqualTo("no rule selects it");
    }

    @Test
    void a_rule_that_selects_nothing_has_near_misses() {
        fails(
                on().on(named("h.0.atn.q")).quantize(int8()),
                "rule: on(named(\"h.0.atn.q\")).quantize(int8) selects nothing in mini; near it: h.0.attn.q,"
                        + " h.0.attn.k,"
                        + " h.0.attn.v");
    }

    @Test
    void a_rank_lies_between_one_and_break_even() {
        assertThatIllegalArgumentException().isThrownBy(() -> rank(0)).withMessage("rank: 0; it must be at least 1");
        assertThatIllegalArgumentException().isThrownBy(() -> rank(-3)).withMessage("rank: -3; it must be at least 1");
        fails(
                on().on(named("h.0.attn.q")).factorise(rank(12)),
                "rank: 12 makes h.0.attn.q [24, 24] no smaller; choose a rank below its break-even rank 12, or"
                        + " accept larger"
                        + " factors with .allowLarger() or --allow-larger");
        assertThat(Plan.of(MINI, on().on(named("h.0.attn.q")).factorise(rank(11)))
                        .step("h.0.attn.q")
                        .rank())
                .hasValue(11);
        assertThat(Plan.of(MINI, on().on(named("h.0.attn.q")).factorise(rank(12).allowLarger()))
                        .step("h.0.attn.q")
                        .rank())
                .hasValue(12);
        assertThat(Plan.of(MINI, on().on(named("h.0.attn.q")).factorise(rank(24).allowLarger()))
                        .step("h.0.attn.q")
                        .because())
                .isEqualTo(
                        "on(named(\"h.0.attn.q\")).factorise(rank(24).allowLarger()): full rank, stays in one piece");
    }

    @Property
    void a_ratio_never_passes_break_even(
            @ForAll @IntRange(min = 1, max = 300) int rows,
            @ForAll @IntRange(min = 1, max = 300) int columns,
            @ForAll @DoubleRange(min = 0.01, max = 0.99) double share) {
        Weight weight = new Weight("w", Role.LINEAR, -1, rows, columns);
        Step step = Plan.dense("m", List.of(weight))
                .then(on().on(linears()).factorise(ratio(share)), Spectra.none())
                .step("w");

        assertThat(step.rank().orElse(0)).isLessThan(Math.max(1, weight.breakEvenRank()));
        if (step.rank().isPresent()) {
            assertThat(step.parameters()).isLessThanOrEqualTo((long) (share * weight.parameters()));
        }
    }

    @Test
    void energy_takes_the_smallest_rank_that_keeps_the_share() {
        Weight weight = weight("h.0.attn.q");
        Spectra spectra = new Spectra(Map.of("h.0.attn.q", List.of(4.0, 2.0, 1.0, 1.0)));
        Compression diet = on().on(named("h.0.attn.q")).factorise(energy(0.9));

        Step step = Plan.of(MINI, diet, spectra).step("h.0.attn.q");

        assertThat(step.rank()).hasValue(2);
        assertThat(step.predictedError().orElseThrow()).isCloseTo(Math.sqrt(2.0 / 22), within(1e-12));
        assertThat(diet.needsSpectrum(weight)).isTrue();
        assertThat(diet.needsSpectrum(weight("h.0.attn.k"))).isFalse();
        fails(
                diet,
                "energy: the singular values of h.0.attn.q are not known; plan on a model with weights, or give"
                        + " a rank or"
                        + " ratio");
    }

    @Test
    void totals_add_up() {
        Plan plan = Plan.of(MINI, on().on(linears()).factorise(rank(4), int8()));

        assertThat(plan.parametersBefore()).isEqualTo(MINI.parameters());
        assertThat(plan.bytesBefore()).isEqualTo(MINI.bytes());
        assertThat(plan.bytesAfter())
                .isEqualTo(plan.arrays().stream().mapToLong(ArraySpec::bytes).sum());
        // Per block: q, o 24x24; k, v 24x12; gate, up, down 24x40; each factor has a scale per column.
        long perBlock = 2 * (4 * 48 + 4 * 28) + 2 * (4 * 36 + 4 * 16) + 2 * (4 * 64 + 4 * 44) + 4 * 64 + 4 * 28;
        assertThat(plan.bytesAfter()).isEqualTo(4 * 50 * 24 + 5 * 24 * 4 + 2 * perBlock);
        assertThat(plan.compression()).isEqualTo((double) plan.bytesBefore() / plan.bytesAfter());
        assertThat(plan.memory()).isEqualTo(plan.bytesAfter() + 4L * 4 * (24 + 40));
        assertThat(Plan.of(MINI, on().on(everything()).quantize(int8())).memory()
                        - Plan.of(MINI, on().on(everything()).quantize(int8())).bytesAfter())
                .as("a tied table is the head")
                .isEqualTo(4L * 50 * 24);
        assertThat(plan).isEqualTo(Plan.of(MINI, on().on(linears()).factorise(rank(4), int8())));
    }

    @Test
    void a_further_compression_keeps_ranks_unless_it_sets_others() {
        Plan narrow = Plan.of(MINI, on().on(linears()).factorise(rank(5)));

        Plan fewerBits = narrow.then(on().on(everything()).quantize(nf4(8)), Spectra.none());
        Plan narrower = narrow.then(on().on(attention()).factorise(rank(2)), Spectra.none());
        Plan kept = narrow.then(on().on(everything()).keep(), Spectra.none());

        assertThat(fewerBits.step("h.0.attn.q").rank()).isEqualTo(OptionalInt.of(5));
        assertThat(fewerBits.step("h.0.attn.q").precision()).isEqualTo(nf4(8));
        assertThat(narrower.step("h.0.attn.q").rank()).hasValue(2);
        assertThat(narrower.step("h.0.mlp.up")).isEqualTo(narrow.step("h.0.mlp.up"));
        assertThat(kept.step("h.0.attn.q")).isEqualTo(narrow.step("h.0.attn.q"));
    }

    @Test
    void a_step_knows_its_limits() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Step.factorise(weight("h.0.attn.q"), 25, int8(), ""))
                .withMessage("step: rank 25 for h.0.attn.q of shape [24, 24]; it must lie between 1 and 24");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Step.keep(weight("norm.gain"), ""))
                .withMessage("step: norm.gain is a vector; only matrices have steps");
        assertThatExceptionOfType(LancetException.class)
                .isThrownBy(() -> Plan.dense(MINI).step("h.0.attn.x"))
                .withMessage("plan: mini has no matrix 'h.0.attn.x'; near it: h.0.attn.q, h.0.attn.k, h.0.attn.v");
    }

    @Test
    void compressions_have_a_text() {
        assertThat(on().on(everything())
                        .quantize(int8())
                        .on(feedForward())
                        .factorise(ratio(0.25), nf4(32))
                        .on(attention())
                        .factorise(energy(0.5))
                        .on(embedding())
                        .keep())
                .hasToString("""
                        Compression.keepAll()
                            .on(everything()).quantize(int8)
                            .on(feedForward()).factorise(ratio(0.25), nf4(32))
                            .on(attention()).factorise(energy(0.5))
                            .on(embedding()).keep()""");
    }

    private static Weight weight(String name) {
        return MINI.weight(name).orElseThrow();
    }

    private static void fails(Compression compression, String message) {
        assertThatExceptionOfType(LancetException.class)
                .isThrownBy(() -> Plan.of(MINI, compression))
                .withMessage(message);
    }
}
