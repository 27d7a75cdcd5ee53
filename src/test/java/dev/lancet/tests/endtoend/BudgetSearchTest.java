package dev.lancet.tests.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lancet.compression.calibration.GramMatrices;
import dev.lancet.dsl.Budget;
import dev.lancet.dsl.Compression;
import dev.lancet.dsl.Precision;
import dev.lancet.dsl.Selector;
import dev.lancet.dsl.plan.BudgetUnreachableException;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.io.Progress;
import dev.lancet.runtime.budget.BudgetSearch;
import dev.lancet.runtime.calibration.CalibrationData;
import dev.lancet.runtime.calibration.GramMeasurement;
import dev.lancet.runtime.calibration.Quality;
import dev.lancet.runtime.calibration.QualityMeasurement;
import dev.lancet.runtime.compress.CompressionJob;
import dev.lancet.runtime.device.Device;
import dev.lancet.runtime.source.ModelSource;
import dev.lancet.runtime.text.tokenizer.TokenIdChecks;
import dev.lancet.runtime.train.graph.Examples;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A budget chooses the form of every layer, and never a worse one than a uniform setting of no more bytes. */
class BudgetSearchTest {

    private static final List<Precision> UNIFORM = List.of(
            Precision.int8(),
            Precision.int4(32),
            Precision.nf4(64),
            Precision.nf4(64).doubleQuantized());

    @TempDir
    private Path folder;

    @Test
    void a_language_model_is_no_worse_than_uniform_at_a_sixth_of_its_bytes() {
        languageModel(List.of("6x"));
    }

    @Test
    @Tag("slow")
    void a_language_model_is_no_worse_than_uniform_at_the_other_budgets() {
        languageModel(List.of("3.5x", "5x", "8x", "10x"));
    }

    private void languageModel(List<String> budgets) {
        int[] ids = TokenIdChecks.read(
                Fixture.named("stories260K-reference").folder().resolve("calibration_ids.i32"));
        noWorseThanUniform(Fixture.ALL.resolve("stories260K-hf"), CalibrationData.windows(ids, 250), budgets);
    }

    @Test
    void a_graph_of_others_is_no_worse_than_uniform_at_two_budgets() {
        noWorseThanUniform(Classifier.MODEL, Classifier.rows(96, 11), List.of("3.5x", "8x"));
    }

    @Test
    @Tag("slow")
    void a_graph_of_others_is_no_worse_than_uniform_at_the_other_budgets() {
        noWorseThanUniform(Classifier.MODEL, Classifier.rows(96, 11), List.of("5x", "6x", "10x"));
    }

    private void noWorseThanUniform(Path model, Examples rows, List<String> budgets) {
        ModelSource source = ModelSource.open(model);
        CalibrationData data = CalibrationData.draw(rows, 64, 0);
        GramMatrices grams = GramMeasurement.of(source, data, Progress.silent());
        Map<Precision, Double> distances = new HashMap<>();
        try (BudgetSearch search = new BudgetSearch(source, grams, data, step -> true, Progress.silent())) {
            for (String budget : budgets) {
                Plan chosen = search.within(Budget.parse(budget), source.stored())
                        .get(0)
                        .plan();
                long limit = Budget.parse(budget).of(chosen.bytesBefore());
                assertThat(chosen.bytesAfter()).as(budget).isLessThanOrEqualTo(limit);
                Quality quality = written(source, grams, data, chosen, budget);
                for (Precision precision : UNIFORM) {
                    Plan uniform = new CompressionJob(source, Progress.silent())
                            .plan(Compression.keepAll()
                                    .on(Selector.everything())
                                    .quantize(precision));
                    if (uniform.bytesAfter() <= limit) {
                        assertThat(quality.distance())
                                .as("%s against %s", budget, precision)
                                .isLessThanOrEqualTo(1.02
                                                * distances.computeIfAbsent(precision, once -> written(
                                                                source, grams, data, uniform, "" + once)
                                                        .distance())
                                        + 1e-7);
                    }
                }
            }
        }
    }

    private Quality written(ModelSource source, GramMatrices grams, CalibrationData data, Plan plan, String name) {
        Path out = folder.resolve(name.replaceAll("[^A-Za-z0-9.]", ""));
        new CompressionJob(source, Progress.silent()).calibrated(grams).write(plan, out);
        return QualityMeasurement.of(
                source, ModelSource.open(out), data.heldOut(), Device.auto().resolve(), Progress.silent());
    }

    @Test
    void a_budget_below_the_smallest_forms_says_how_many_bytes_they_take() {
        ModelSource source = ModelSource.open(Classifier.MODEL);
        CalibrationData data = CalibrationData.draw(Classifier.rows(16, 11), 12, 0);
        GramMatrices grams = GramMeasurement.of(source, data, Progress.silent());
        try (BudgetSearch search = new BudgetSearch(source, grams, data, step -> true, Progress.silent())) {
            assertThatThrownBy(() -> search.within(Budget.parse("1kB"), source.stored()))
                    .isInstanceOf(BudgetUnreachableException.class)
                    .hasMessageContaining("budget: 1kB allows")
                    .hasMessageContaining("its smallest forms take");
        }
    }
}
