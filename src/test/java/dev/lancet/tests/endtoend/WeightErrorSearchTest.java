package dev.lancet.tests.endtoend;

import static dev.lancet.Lancet.budget;
import static dev.lancet.Lancet.embedding;
import static dev.lancet.Lancet.int8;
import static dev.lancet.Lancet.linears;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lancet.compression.Fidelity;
import dev.lancet.dsl.Compression;
import dev.lancet.dsl.Precision;
import dev.lancet.dsl.Selector;
import dev.lancet.dsl.plan.BudgetUnreachableException;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.weights.WeightsInMemory;
import dev.lancet.io.Progress;
import dev.lancet.runtime.Model;
import dev.lancet.runtime.calibration.CalibrationData;
import dev.lancet.runtime.calibration.QualityMeasurement;
import dev.lancet.runtime.compress.CompressionJob;
import dev.lancet.runtime.device.Device;
import dev.lancet.runtime.source.DeclaredSource;
import dev.lancet.runtime.source.ModelSource;
import dev.lancet.runtime.text.tokenizer.TokenIdChecks;
import dev.lancet.runtime.train.graph.Examples;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A budget without calibration chooses by the errors of the weights, never worse than a uniform setting that fits. */
class WeightErrorSearchTest {

    private static final Path STORIES = Fixture.ALL.resolve("stories260K-hf");
    private static final List<Precision> UNIFORM = List.of(
            Precision.bfloat16(),
            int8(),
            Precision.int4(32),
            Precision.int4(64),
            Precision.int4(128),
            Precision.nf4(32),
            Precision.nf4(64),
            Precision.nf4(64).doubleQuantized());

    private static Examples stories() {
        int[] ids = TokenIdChecks.read(
                Fixture.named("stories260K-reference").folder().resolve("test_ids.i32"));
        return CalibrationData.windows(ids, 250).between(0, 8);
    }

    /** A plan with what it really costs: the sum of the squared errors of the matrices, and the distance of the outputs. */
    private record Cost(Plan plan, double error, double distance) {}

    private static Cost cost(ModelSource source, Compression compression, Examples rows) {
        CompressionJob job = new CompressionJob(source, Progress.silent());
        Plan plan = job.plan(compression);
        WeightsInMemory arrays = new WeightsInMemory();
        List<Fidelity> losses = job.convert(plan, arrays);
        double error = losses.stream()
                .mapToDouble(loss -> importance(source, loss) * loss.relativeFrobenius() * loss.relativeFrobenius())
                .sum();
        double distance = QualityMeasurement.of(
                        source,
                        source.compressed(plan, arrays),
                        rows,
                        Device.auto().resolve(),
                        Progress.silent())
                .distance();
        return new Cost(plan, error, distance);
    }

    /** The table of stories260K is also its head, behind seven linear layers in each of five blocks. */
    private static double importance(ModelSource source, Fidelity loss) {
        return source instanceof DeclaredSource && loss.weight().equals("embedding") ? 35 : 1;
    }

    private static void noWorseThanUniform(Path model, Examples rows) {
        ModelSource source = ModelSource.open(model);
        List<Cost> uniform = UNIFORM.stream()
                .map(precision -> cost(
                        source, Compression.keepAll().on(Selector.everything()).quantize(precision), rows))
                .toList();
        for (String size : List.of("2x", "3.5x", "4x", "5x", "6x", "7x")) {
            Cost chosen = cost(source, Compression.keepAll().within(budget(size)), rows);
            assertThat(chosen.plan().bytesAfter())
                    .isLessThanOrEqualTo(budget(size).of(chosen.plan().bytesBefore()));
            for (int i = 0; i < UNIFORM.size(); i++) {
                Cost other = uniform.get(i);
                if (other.plan().bytesAfter() <= budget(size).of(other.plan().bytesBefore())) {
                    assertThat(chosen.error())
                            .as("%s against %s", size, UNIFORM.get(i))
                            .isLessThanOrEqualTo(1.001 * other.error());
                    // The weights alone do not know the outputs, and distances of 1e-5 are noise.
                    assertThat(chosen.distance())
                            .as("outputs at %s against %s", size, UNIFORM.get(i))
                            .isLessThanOrEqualTo(1.2 * other.distance() + 2e-5);
                }
            }
        }
    }

    @Test
    @Tag("slow")
    void a_language_model_has_no_larger_error_than_under_any_uniform_setting() {
        noWorseThanUniform(STORIES, stories());
    }

    @Test
    void a_graph_of_others_has_no_larger_error_than_under_any_uniform_setting() {
        noWorseThanUniform(Classifier.MODEL, Classifier.rows(16, 11));
    }

    @Test
    void ranks_are_lowered_only_if_no_bits_fit() {
        try (Model model = Model.open(STORIES)) {
            Plan seventh = model.planFor(Compression.keepAll().within(budget("7x")));
            Plan tenth = model.planFor(Compression.keepAll().within(budget("10x")));
            assertThat(seventh.steps()).allMatch(step -> step.rank().isEmpty());
            assertThat(tenth.compression()).isGreaterThanOrEqualTo(10);
            assertThat(tenth.steps()).anyMatch(step -> step.rank().isPresent());
            assertThat(seventh.steps().get(0).because())
                    .startsWith("budget 7x: ")
                    .contains(", weighted squared error ");
            assertThatThrownBy(() -> model.planFor(Compression.keepAll().within(budget("1kB"))))
                    .isInstanceOf(BudgetUnreachableException.class)
                    .hasMessageContaining("its smallest forms take");
        }
    }

    @Test
    void a_budget_chooses_what_no_clause_selects() {
        try (Model model = Model.open(STORIES)) {
            Compression rules =
                    Compression.keepAll().on(embedding()).quantize(int8()).within(budget("5x"));
            Plan plan = model.planFor(rules);
            assertThat(plan.step("embedding").because()).isEqualTo("on(embedding()).quantize(int8)");
            assertThat(plan.compression()).isGreaterThanOrEqualTo(5);
            assertThat(plan.step("h.0.mlp.up").because()).startsWith("budget 5x: ");
            assertThat(model.planFor(Compression.keepAll()
                            .on(linears())
                            .quantize(int8())
                            .on(embedding())
                            .keep()
                            .within(budget("2x"))))
                    .extracting(Plan::compression)
                    .satisfies(times -> assertThat(times).isGreaterThan(2.0));
        }
    }
}
