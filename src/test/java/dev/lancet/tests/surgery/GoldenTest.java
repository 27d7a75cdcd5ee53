package dev.lancet.tests.surgery;

import static dev.lancet.assertj.LancetAssertions.assertThat;
import static dev.lancet.dsl.Precision.bfloat16;
import static dev.lancet.dsl.Precision.float32;
import static dev.lancet.dsl.Precision.int4;
import static dev.lancet.dsl.Precision.int8;
import static dev.lancet.dsl.Precision.nf4;
import static dev.lancet.dsl.Rank.rank;
import static dev.lancet.dsl.Selector.attention;
import static dev.lancet.dsl.Selector.everything;
import static dev.lancet.dsl.Selector.feedForward;
import static dev.lancet.dsl.Selector.named;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lancet.dsl.Compression;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Step;
import dev.lancet.surgery.Blueprint;
import dev.lancet.surgery.Surgeon;
import dev.lancet.surgery.graph.GraphText;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.tensorflow.proto.GraphDef;

/** Whole graphs of both families, line by line, in {@code resources/golden}. */
class GoldenTest {

    private record Diet(String name, Compression compression) {}

    private record Form(String name, Function<Transformer, GraphDef> drawn) {}

    private static final List<Diet> DIETS = List.of(
            new Diet("dense", Compression.keepAll()),
            new Diet("factored", Compression.keepAll().on(everything()).factorise(rank(4))),
            new Diet("bfloat16", Compression.keepAll().on(everything()).quantize(bfloat16())),
            new Diet("int8", Compression.keepAll().on(everything()).quantize(int8())),
            new Diet(
                    "mixed",
                    Compression.keepAll()
                            .on(everything())
                            .factorise(rank(4), int8())
                            .on(attention())
                            .quantize(nf4(8))
                            .on(feedForward())
                            .factorise(rank(6), int4(4))
                            .on(named("embedding"))
                            .quantize(int4(6))));

    private static final List<Form> FORMS = List.of(
            new Form("scoring", Blueprint::scoring),
            new Form("training", model -> Blueprint.training(model, 2, 8)),
            new Form("decoding", Blueprint::decoding));

    private static final List<IntFunction<Transformer>> FAMILIES = List.of(Models::gpt2, Models::llama);

    private static GraphDef cut(Transformer model, Form form, Diet diet) {
        return Surgeon.operate(form.drawn().apply(model), Plan.of(model, diet.compression()))
                .graph();
    }

    private static Stream<DynamicTest> all(Check check) {
        return FAMILIES.stream().flatMap(family -> FORMS.stream().flatMap(form -> DIETS.stream()
                .map(diet -> DynamicTest.dynamicTest(
                        family.apply(1).name() + " " + form.name() + " " + diet.name(),
                        () -> check.of(family, form, diet)))));
    }

    private interface Check {
        void of(IntFunction<Transformer> family, Form form, Diet diet);
    }

    @TestFactory
    Stream<DynamicTest> whole_graphs_are_golden() {
        return all((family, form, diet) -> {
            Transformer model = family.apply(2);
            assertThat(cut(model, form, diet))
                    .isGolden(model.name() + "." + form.name() + "." + diet.name() + ".graph");
        });
    }

    @TestFactory
    Stream<DynamicTest> a_layer_more_moves_no_other_line() {
        return all((family, form, diet) -> {
            List<String> two =
                    GraphText.of(cut(family.apply(2), form, diet)).lines().toList();
            List<String> three =
                    GraphText.of(cut(family.apply(3), form, diet)).lines().toList();

            // What comes after the blocks takes the stream of the last one.
            List<String> expected = two.stream()
                    .map(line -> line.strip().startsWith("h.") || line.startsWith("cache.")
                            ? line
                            : line.replace("h.1.mlp.residual", "h.2.mlp.residual"))
                    .toList();
            assertThat(three.stream().filter(line -> !ofBlock(line, 2))).containsExactlyElementsOf(expected);
        });
    }

    private static boolean ofBlock(String line, int block) {
        return line.startsWith("h." + block + ".") || line.startsWith("cache." + block + ".");
    }

    @TestFactory
    Stream<DynamicTest> a_second_operation_changes_nothing() {
        return all((family, form, diet) -> {
            Transformer model = family.apply(2);
            Plan plan = Plan.of(model, diet.compression());
            GraphDef once = cut(model, form, diet);

            assertThat(Surgeon.operate(once, plan).graph()).isSameAs(once);
        });
    }

    @TestFactory
    Stream<DynamicTest> fewer_bits_may_come_after_the_factors() {
        return all((family, form, diet) -> {
            Transformer model = family.apply(2);
            Plan plan = Plan.of(model, diet.compression());
            Plan factors = new Plan(
                    plan.model(),
                    plan.steps().stream()
                            .map(step -> new Step(step.weight(), step.rank(), float32(), step.because()))
                            .toList(),
                    plan.vectors());
            GraphDef first = Surgeon.operate(form.drawn().apply(model), factors).graph();

            assertThat(Surgeon.operate(first, plan).graph()).isEqualTo(cut(model, form, diet));
        });
    }
}
