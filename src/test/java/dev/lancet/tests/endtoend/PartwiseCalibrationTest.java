package dev.lancet.tests.endtoend;

import static dev.lancet.Lancet.everything;
import static dev.lancet.Lancet.int4;
import static dev.lancet.Lancet.named;
import static dev.lancet.Lancet.nf4;
import static dev.lancet.Lancet.rank;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.lancet.compression.FreshWeights;
import dev.lancet.compression.calibration.GramMatrices;
import dev.lancet.compression.calibration.GramMatrix;
import dev.lancet.dsl.Compression;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Step;
import dev.lancet.io.Progress;
import dev.lancet.runtime.algebra.OpenBlas;
import dev.lancet.runtime.calibration.CalibrationData;
import dev.lancet.runtime.calibration.ConvertedPart;
import dev.lancet.runtime.calibration.GramMeasurement;
import dev.lancet.runtime.calibration.GramSource;
import dev.lancet.runtime.calibration.Quality;
import dev.lancet.runtime.calibration.QualityMeasurement;
import dev.lancet.runtime.calibration.RunningModel;
import dev.lancet.runtime.compress.CompressionJob;
import dev.lancet.runtime.device.Device;
import dev.lancet.runtime.device.ResolvedDevice;
import dev.lancet.runtime.source.DeclaredSource;
import dev.lancet.runtime.source.ModelSource;
import dev.lancet.runtime.train.graph.Examples;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A declared model that is calibrated and compared part by part, against the same model in one session. */
class PartwiseCalibrationTest {

    private static final Examples ROWS = CalibrationData.windows(TinyModel.text(32 * 90), 30);
    private static final ResolvedDevice DEVICE = Device.auto().resolve();

    @TempDir
    private Path folder;

    static Stream<Transformer> models() {
        Transformer llama = TinyModel.llama();
        return Stream.of(
                llama,
                TinyModel.gpt2(),
                Transformer.decoder("untied")
                        .vocabulary(48)
                        .context(32)
                        .width(32)
                        .layers(2)
                        .attention(llama.attention().window(8))
                        .feedForward(llama.feedForward())
                        .untiedHead()
                        .build());
    }

    private static DeclaredSource source(Transformer model) {
        Plan plan = Plan.dense(model);
        return new DeclaredSource(model, plan, new FreshWeights(model, 3).under(plan), Optional.empty());
    }

    @ParameterizedTest
    @MethodSource("models")
    void the_parts_see_what_the_layers_of_the_whole_model_see(Transformer model) {
        DeclaredSource source = source(model);
        GramMatrices parts = GramMeasurement.of(source, new CalibrationData(ROWS, ROWS), Progress.silent());
        same(source.plan(), parts, whole(source));
    }

    private static GramMatrices whole(ModelSource source) {
        try (RunningModel running = RunningModel.open(source, DEVICE)) {
            return new GramMeasurement(running, new OpenBlas(), Progress.silent()).measure(ROWS);
        }
    }

    /** Compares the Gram matrices that both have, and requires that one of them is in every block or in the head. */
    private static void same(Plan plan, GramMatrices actual, GramMatrices expected) {
        int compared = 0;
        for (Step step : plan.steps()) {
            String name = step.weight().name();
            Optional<GramMatrix> wanted = expected.of(name);
            if (wanted.isEmpty()) {
                continue;
            }
            GramMatrix gram = actual.of(name).orElseThrow();
            assertThat(gram.rows()).isEqualTo(wanted.get().rows());
            assertThat(gram.transposed()).isEqualTo(wanted.get().transposed());
            double unit = wanted.get().meanDiagonal();
            for (int i = 0; i < gram.sums().length; i++) {
                assertThat(gram.sums()[i]).as(name).isCloseTo(wanted.get().sums()[i], within(1e-6 * unit));
            }
            compared++;
        }
        assertThat(compared).isPositive();
    }

    @Test
    void a_compressed_model_has_the_same_quality_by_parts_and_as_a_whole() {
        DeclaredSource source = source(TinyModel.llama());
        CompressionJob job = new CompressionJob(source, Progress.silent());
        job.write(
                job.plan(Compression.keepAll()
                        .on(everything())
                        .quantize(int4(32))
                        .on(named("h.1.*"))
                        .factorise(rank(8), nf4(16))),
                folder.resolve("out"));
        ModelSource smaller = ModelSource.open(folder.resolve("out"));
        Quality parts = QualityMeasurement.of(source, smaller, ROWS, DEVICE, Progress.silent());
        try (RunningModel before = RunningModel.open(source, DEVICE);
                RunningModel after = RunningModel.open(smaller, DEVICE)) {
            Quality whole = QualityMeasurement.of(before, after, ROWS, Progress.silent());
            assertThat(parts.rows()).isEqualTo(whole.rows());
            assertThat(parts.distance()).isPositive().isCloseTo(whole.distance(), withinPercentage(0.01));
            assertThat(parts.language().orElseThrow().perplexity())
                    .isCloseTo(whole.language().orElseThrow().perplexity(), withinPercentage(1e-4));
        }
    }

    /** The reference measures the second block of a model whose first block is written in its new form. */
    @Test
    void a_sequential_calibration_sees_what_the_compressed_blocks_before_compute() {
        DeclaredSource source = source(TinyModel.llama());
        Compression firstBlock = Compression.keepAll().on(named("h.0.*")).quantize(int4(32));
        CompressionJob job = new CompressionJob(source, Progress.silent());
        Plan plan = job.plan(firstBlock);
        GramMatrices[] seen = {GramMatrices.none()};
        GramSource sequential = GramMeasurement.sequential(source, ROWS);
        job.calibrated(new Spy(sequential, (matrices, grams) -> {
                    if (matrices.contains("h.1.attn.q")) {
                        seen[0] = grams;
                    }
                }))
                .write(plan, folder.resolve("out"));
        GramMatrices reference = whole(ModelSource.open(folder.resolve("out")));
        Plan second = new Plan(
                "second block",
                plan.steps().stream().filter(step -> step.weight().block() == 1).toList(),
                plan.vectors());
        same(second, seen[0], reference);
        double[] original = whole(source).of("h.1.attn.q").orElseThrow().sums();
        assertThat(seen[0].of("h.1.attn.q").orElseThrow().sums()).isNotEqualTo(original);
    }

    /** Passes parts on, and shows them. */
    private record Spy(GramSource source, Reader spy) implements GramSource {

        @Override
        public List<List<String>> parts() {
            return source.parts();
        }

        @Override
        public boolean sequential() {
            return source.sequential();
        }

        @Override
        public void read(Reader reader) {
            source.read(new Reader() {
                @Override
                public void accept(List<String> matrices, GramMatrices grams) {
                    spy.accept(matrices, grams);
                    reader.accept(matrices, grams);
                }

                @Override
                public ConvertedPart converted() {
                    return reader.converted();
                }
            });
        }
    }
}
