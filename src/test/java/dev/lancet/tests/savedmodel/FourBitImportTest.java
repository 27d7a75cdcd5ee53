package dev.lancet.tests.savedmodel;

import static dev.lancet.dsl.Precision.int4;
import static dev.lancet.dsl.Precision.int8;
import static dev.lancet.dsl.Precision.nf4;
import static dev.lancet.dsl.Selector.everything;
import static dev.lancet.dsl.Selector.linears;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lancet.dsl.Compression;
import dev.lancet.dsl.Precision;
import dev.lancet.dsl.Rank;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Spectra;
import dev.lancet.io.Progress;
import dev.lancet.runtime.compress.CompressionJob;
import dev.lancet.runtime.source.GraphSource;
import dev.lancet.surgery.imported.ImportedModel;
import dev.lancet.surgery.imported.discovery.CompressedMatrix;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorflow.Tensor;
import org.tensorflow.proto.GraphDef;

/** Imported graphs with double quantized scales and zero points. */
class FourBitImportTest {

    @TempDir
    private Path folder;

    private static Stream<Precision> precisions() {
        return Stream.of(
                nf4(64).doubleQuantized(),
                int4(32).asymmetric(),
                int4(32).asymmetric().doubleQuantized());
    }

    private static Stream<Precision> all() {
        return Stream.concat(Stream.of(int8(), int4(32), nf4(32)), precisions());
    }

    @ParameterizedTest
    @MethodSource("precisions")
    void a_written_graph_stays_near_and_is_recognised_as_compressed(Precision precision) throws Exception {
        Compression diet = Compression.keepAll().on(everything()).quantize(precision);
        Path saved = written(Served.KERAS, diet, "saved");
        Path frozen = written(Served.FROZEN, diet, "frozen.pb");

        recognised(saved, diet, precision);
        recognised(frozen, diet, precision);
        try (Tensor ids = Served.ids(64)) {
            float[] before = Served.run(Served.KERAS, "serve", "ids", ids, "output_0");
            float[] after = Served.run(saved, "serve", "ids", ids, "output_0");
            assertThat(agreement(before, after, 3)).isGreaterThan(0.85);
            GraphDef graph = GraphDef.parseFrom(Files.readAllBytes(frozen));
            assertThat(Served.run(graph, "ids", ids, "Identity")).containsExactly(after, within(1e-4f));
        }
    }

    @ParameterizedTest
    @MethodSource("all")
    void a_frozen_graph_with_codes_is_recognised_and_written_again_as_it_was(Precision precision) throws Exception {
        Compression diet = Compression.keepAll().on(everything()).quantize(precision);
        Path frozen = written(Served.FROZEN, diet, "frozen.pb");
        recognised(frozen, diet, precision);
        Path again = written(frozen, Compression.keepAll(), "again.pb");
        Path saved = written(frozen, Compression.keepAll(), "again");
        recognised(saved, diet, precision);
        try (Tensor ids = Served.ids(16)) {
            float[] before = Served.run(GraphDef.parseFrom(Files.readAllBytes(frozen)), "ids", ids, "Identity");
            assertThat(Served.run(GraphDef.parseFrom(Files.readAllBytes(again)), "ids", ids, "Identity"))
                    .containsExactly(before);
            assertThat(Served.run(saved, "serving_default", "ids", ids, "Identity"))
                    .containsExactly(before, within(1e-5f));
        }
    }

    @ParameterizedTest
    @MethodSource("precisions")
    void factors_are_recognised_too(Precision precision) {
        Compression diet = Compression.keepAll().on(linears()).factorise(Rank.ratio(0.5), precision);
        Path out = written(Served.KERAS, diet, "factors");
        ImportedModel again = ImportedModel.open(out);
        assertThat(again.compressed())
                .isNotEmpty()
                .allMatch(matrix ->
                        matrix.precision().equals(precision) && matrix.rank().isPresent());
        assertThat(again.plan().bytesAfter())
                .isEqualTo(ImportedModel.open(Served.KERAS)
                        .plan(diet, Spectra.none())
                        .bytesAfter());
    }

    private Path written(Path source, Compression diet, String name) {
        ImportedModel model = ImportedModel.open(source);
        Path out = folder.resolve(name);
        new CompressionJob(GraphSource.of(model), Progress.silent()).write(model.plan(diet, Spectra.none()), out);
        return out;
    }

    private static void recognised(Path written, Compression diet, Precision precision) {
        ImportedModel again = ImportedModel.open(written);
        assertThat(again.compressed())
                .hasSize(15)
                .extracting(CompressedMatrix::precision)
                .containsOnly(precision);
        assertThat(again.compressed())
                .allMatch(matrix -> matrix.arrays().size()
                        == 2 + (precision.compactScales() ? 2 : 0) + (precision.zeroPoints() ? 1 : 0));
        assertThat(again.plan().steps())
                .extracting(step -> step.weight().name())
                .noneMatch(name -> name.contains(".scale") || name.contains(".zero"));
        Plan plan = again.plan(diet, Spectra.none());
        assertThat(plan.changedSince(again.plan())).isEmpty();
        assertThat(plan.vectors()).noneMatch(vector -> vector.name().contains(".scale"));
    }

    private static double agreement(float[] one, float[] other, int classes) {
        int agreed = 0;
        for (int row = 0; row < one.length / classes; row++) {
            agreed += largest(one, row, classes) == largest(other, row, classes) ? 1 : 0;
        }
        return (double) agreed * classes / one.length;
    }

    private static int largest(float[] values, int row, int classes) {
        int best = 0;
        for (int i = 1; i < classes; i++) {
            best = values[row * classes + i] > values[row * classes + best] ? i : best;
        }
        return best;
    }
}
