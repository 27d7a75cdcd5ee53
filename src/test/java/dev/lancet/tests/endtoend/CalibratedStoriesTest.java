package dev.lancet.tests.endtoend;

import static dev.lancet.Lancet.int4;
import static dev.lancet.Lancet.int8;
import static dev.lancet.Lancet.linears;
import static dev.lancet.Lancet.rank;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.lancet.compression.Fidelity;
import dev.lancet.compression.calibration.GramMatrices;
import dev.lancet.dsl.Compression;
import dev.lancet.dsl.CompressionMethod;
import dev.lancet.dsl.Precision;
import dev.lancet.dsl.Rank;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Step;
import dev.lancet.io.Progress;
import dev.lancet.runtime.Model;
import dev.lancet.runtime.algebra.OpenBlas;
import dev.lancet.runtime.calibration.CalibrationData;
import dev.lancet.runtime.calibration.GramMeasurement;
import dev.lancet.runtime.calibration.Quality;
import dev.lancet.runtime.calibration.QualityMeasurement;
import dev.lancet.runtime.calibration.RunningModel;
import dev.lancet.runtime.compress.CompressionJob;
import dev.lancet.runtime.device.Device;
import dev.lancet.runtime.source.ModelSource;
import dev.lancet.runtime.text.tokenizer.TokenIdChecks;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** The calibrated compressions of the trained stories260K against an independent float64 implementation. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CalibratedStoriesTest {

    private static final Path FOLDER = Fixture.ALL.resolve("stories260K-hf");
    private static final Fixture REFERENCE = Fixture.named("stories260K-reference");
    private static final int[] TEXT = TokenIdChecks.read(REFERENCE.folder().resolve("test_ids.i32"));
    private static final int[] IDS = TokenIdChecks.read(REFERENCE.folder().resolve("calibration_ids.i32"));
    private static final int WINDOW = 250;

    private GramMatrices grams = GramMatrices.none();

    @BeforeAll
    void measure() {
        try (RunningModel model =
                RunningModel.open(ModelSource.open(FOLDER), Device.auto().resolve())) {
            grams = new GramMeasurement(model, new OpenBlas(), Progress.silent())
                    .measure(CalibrationData.windows(IDS, WINDOW));
        }
    }

    @Test
    void the_layers_see_what_the_reference_sees() {
        Map<String, String> names = Map.of(
                "attn.q", "self_attn.q_proj",
                "attn.v", "self_attn.v_proj",
                "attn.o", "self_attn.o_proj",
                "mlp.up", "mlp.up_proj",
                "mlp.down", "mlp.down_proj");
        JsonNode spectra = REFERENCE.expected().get("spectra");
        for (int block = 0; block < 5; block++) {
            for (Map.Entry<String, String> name : names.entrySet()) {
                var gram = grams.of("h." + block + "." + name.getKey()).orElseThrow();
                assertThat(gram.rows()).isEqualTo(8_000);
                assertThat(gram.meanDiagonal() * gram.width())
                        .as("block %d, %s", block, name.getValue())
                        .isCloseTo(
                                spectra.get("model.layers." + block + "." + name.getValue())
                                        .get("gram_trace")
                                        .doubleValue(),
                                withinPercentage(1e-3));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {8, 16, 24, 32, 48})
    void whitened_factors_have_the_perplexity_of_the_reference(int rank, @TempDir Path folder) {
        Rank.Fixed override = rank(rank).allowLarger();
        assertThat(perplexity(
                        Compression.keepAll().on(linears()).factorise(override, CompressionMethod.WHITENED), folder))
                .isCloseTo(reference("svd-whitened", rank), withinPercentage(0.2));
    }

    @Test
    void whitened_factors_rounded_to_nearest_have_the_perplexity_of_the_reference(@TempDir Path folder) {
        assertThat(perplexity(job(combined(int8())), combinedPlan(int8()), folder.resolve("8")))
                .isCloseTo(reference("svd-whitened + int8 per output row", 32), withinPercentage(1));
        assertThat(perplexity(job(combined(int4(32))), combinedPlan(int4(32)), folder.resolve("4")))
                .isCloseTo(reference("svd-whitened + int4 group 32", 32), withinPercentage(1));
    }

    private static Compression combined(Precision precision) {
        return Compression.keepAll()
                .on(linears())
                .factorise(rank(32).allowLarger(), precision, CompressionMethod.WHITENED, CompressionMethod.NEAREST);
    }

    /** The reference factors also matrices whose smaller side is 32; a compression leaves those in one piece. */
    private static Plan combinedPlan(Precision precision) {
        Plan plan = ModelSource.open(FOLDER).plan();
        for (Step step : plan.steps()) {
            if (step.weight().role().linear()) {
                plan = plan.with(Step.factorise(step.weight(), 32, precision, "as the reference"));
            }
        }
        return plan;
    }

    @Test
    void gptq_loses_at_most_half_of_what_rounding_to_nearest_loses(@TempDir Path folder) {
        double exact = reference("original", 0);
        double nearest = reference("int4 group 32", 0);
        Compression rounded = Compression.keepAll().on(linears()).quantize(int4(32), CompressionMethod.NEAREST);
        assertThat(perplexity(rounded, folder.resolve("nearest"))).isCloseTo(nearest, withinPercentage(1));
        Compression gptq = Compression.keepAll().on(linears()).quantize(int4(32));
        assertThat(perplexity(gptq, folder.resolve("gptq")) - exact).isLessThan((nearest - exact) / 2);
    }

    @Test
    void every_layer_reports_its_method_and_the_error_of_its_output(@TempDir Path folder) {
        List<Fidelity> losses = write(Compression.keepAll().on(linears()).quantize(int4(32)), folder.resolve("out"));
        assertThat(losses).hasSize(35).allSatisfy(loss -> {
            assertThat(loss.methods()).containsExactly(CompressionMethod.GPTQ);
            assertThat(loss.outputError().orElseThrow()).isBetween(0.001, loss.relativeFrobenius());
        });
    }

    @Test
    void a_model_has_the_quality_of_itself_and_a_smaller_one_a_lower_one(@TempDir Path folder) {
        var rows = CalibrationData.windows(TEXT, 256).between(0, 8);
        ModelSource original = ModelSource.open(FOLDER);
        var device = Device.auto().resolve();
        Quality same = QualityMeasurement.of(original, original, rows, device, Progress.silent());
        assertThat(same.distance()).isZero();
        assertThat(same.recovery()).isEqualTo(1);
        write(Compression.keepAll().on(linears()).quantize(int4(32)), folder.resolve("out"));
        Quality less = QualityMeasurement.of(
                original, ModelSource.open(folder.resolve("out")), rows, device, Progress.silent());
        assertThat(less.distance()).isBetween(1e-3, 0.2);
        assertThat(less.recovery()).isBetween(0.8, 1.0);
        assertThat(less.language().orElseThrow().agreement()).isBetween(0.7, 0.999);
        try (Model model = Model.open(FOLDER)) {
            int[] read = Arrays.copyOf(TEXT, 8 * 256);
            assertThat(less.language().orElseThrow().perplexityBefore())
                    .isCloseTo(model.evaluate(read, 256).value(), withinPercentage(0.01));
        }
    }

    private double perplexity(Compression compression, Path folder) {
        CompressionJob job = job(compression);
        return perplexity(job, job.plan(compression), folder);
    }

    private static double perplexity(CompressionJob job, Plan plan, Path folder) {
        Path out = folder.resolve("out");
        job.write(plan, out);
        try (Model model = Model.open(out)) {
            return model.evaluate(TEXT, 256).value();
        }
    }

    private List<Fidelity> write(Compression compression, Path out) {
        CompressionJob job = job(compression);
        return job.write(job.plan(compression), out);
    }

    private CompressionJob job(Compression compression) {
        ModelSource source = ModelSource.open(FOLDER);
        return new CompressionJob(source, Progress.silent())
                .by(source.plan().resolved(compression, source.constraints()))
                .calibrated(grams);
    }

    private static double reference(String name, int rank) {
        for (JsonNode row : REFERENCE.expected().get("rows")) {
            if (row.get("case").asString().equals(name) && row.path("rank").asInt(0) == rank) {
                return row.get("ppl_float64").doubleValue();
            }
        }
        throw new AssertionError("the reference has no " + name + " at rank " + rank);
    }
}
