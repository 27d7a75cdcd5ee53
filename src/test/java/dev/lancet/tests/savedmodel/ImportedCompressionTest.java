package dev.lancet.tests.savedmodel;

import static dev.lancet.dsl.Precision.bfloat16;
import static dev.lancet.dsl.Precision.int4;
import static dev.lancet.dsl.Precision.int8;
import static dev.lancet.dsl.Selector.everything;
import static dev.lancet.dsl.Selector.linears;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import dev.lancet.dsl.Compression;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Precision;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Spectra;
import dev.lancet.dsl.plan.Step;
import dev.lancet.io.Progress;
import dev.lancet.runtime.compress.CompressionJob;
import dev.lancet.runtime.source.GraphSource;
import dev.lancet.surgery.imported.ImportedModel;
import dev.lancet.surgery.imported.discovery.Layer;
import dev.lancet.surgery.savedmodel.SavedModelFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.Tensor;
import org.tensorflow.proto.GraphDef;

class ImportedCompressionTest {

    @TempDir
    private Path folder;

    @Test
    void an_untouched_model_is_written_without_its_dead_copies_and_computes_the_same() {
        ImportedModel model = ImportedModel.open(Served.KERAS);
        Path out = folder.resolve("same");
        new CompressionJob(GraphSource.of(model), Progress.silent()).write(model.plan(), out);
        try (Tensor ids = Served.ids(64)) {
            for (String signature : new String[] {"serving_default", "serve"}) {
                float[] before = Served.run(Served.KERAS, signature, "ids", ids, "output_0");
                assertThat(Served.run(out, signature, "ids", ids, "output_0")).containsExactly(before, within(1e-6f));
            }
        }
        assertThat(SavedModelFolder.read(out).meta().getSignatureDefMap())
                .isEqualTo(SavedModelFolder.read(Served.KERAS).meta().getSignatureDefMap());
        assertThat(SavedModelFolder.read(out).variables().orElseThrow().entries())
                .hasSize(38);
        assertThat(ImportedModel.open(out).plan().steps())
                .isEqualTo(model.plan().steps());
    }

    @Test
    void factors_of_full_rank_change_nothing() {
        fullRank(Served.MLP, "logits", Served.features(16), "x", 1e-5);
        fullRank(Served.KERAS, "output_0", Served.ids(64), "ids", 1e-5);
    }

    /**
     * RETSim amplifies rounding: one unit in the last place of its input moves its own output by more than 1e-5, and
     * factors round their product as much. So its factors are held to that beside the 1e-5.
     */
    @Test
    void factors_of_full_rank_move_retsim_no_more_than_the_last_place_of_its_input_does() {
        double own = 0;
        try (Tensor text = Served.characters(1)) {
            float[] before = retsim(Served.RETSIM, text);
            for (float one : new float[] {Math.nextUp(1f), Math.nextDown(1f)}) {
                try (Tensor moved = Served.characters(one)) {
                    own = Math.max(own, difference(before, retsim(Served.RETSIM, moved)));
                }
            }
            ImportedModel model = ImportedModel.open(Served.RETSIM);
            Path out = folder.resolve("retsim");
            new CompressionJob(GraphSource.of(model), Progress.silent()).write(fullRank(model), out);
            assertThat(difference(before, retsim(out, text))).isLessThan(1e-5 + 2 * own);
        }
        assertThat(own).isBetween(1e-6, 5e-5);
    }

    private static float[] retsim(Path model, Tensor text) {
        return Served.run(model, "serving_default", "input_1", text, "embedding_model");
    }

    private void fullRank(Path path, String output, Tensor input, String name, double within) {
        ImportedModel model = ImportedModel.open(path);
        Path out = folder.resolve(model.name());
        new CompressionJob(GraphSource.of(model), Progress.silent()).write(fullRank(model), out);
        try (input) {
            float[] before = Served.run(path, "serving_default", name, input, output);
            float[] after = Served.run(out, "serving_default", name, input, output);
            assertThat(difference(before, after)).isLessThan(within);
        }
    }

    private static Plan fullRank(ImportedModel model) {
        Plan plan = model.plan();
        for (Layer layer : model.layers()) {
            int rank = Math.min(layer.weight().rows(), layer.weight().columns());
            plan = plan.with(Step.factorise(layer.weight(), rank, Precision.float32(), "full rank"));
        }
        return plan;
    }

    private static double difference(float[] one, float[] other) {
        double scale = 1;
        double largest = 0;
        for (int i = 0; i < one.length; i++) {
            scale = Math.max(scale, Math.abs(one[i]));
            largest = Math.max(largest, Math.abs(one[i] - other[i]));
        }
        return largest / scale;
    }

    @Test
    void a_matrix_of_rank_twelve_loses_nothing_at_rank_twelve() {
        ImportedModel model = ImportedModel.open(Served.MLP);
        Path out = folder.resolve("twelve");
        Step twelve = Step.factorise(model.plan().step("dense2/kernel").weight(), 12, Precision.float32(), "its rank");
        new CompressionJob(GraphSource.of(model), Progress.silent())
                .write(model.plan().with(twelve), out);
        try (Tensor x = Served.features(16)) {
            float[] before = Served.run(Served.MLP, "serving_default", "x", x, "logits");
            assertThat(difference(before, Served.run(out, "serving_default", "x", x, "logits")))
                    .isLessThan(1e-5);
        }
        assertThat(SavedModelFolder.read(out).variables().orElseThrow().entries())
                .extracting(Object::toString)
                .contains("'dense2/kernel.left' float [256, 12]", "'dense2/kernel.right' float [12, 256]")
                .doesNotContain("'dense2/kernel' float [256, 256]");
    }

    @Test
    void eight_bits_and_mixtures_stay_near_and_small() {
        ImportedModel model = ImportedModel.open(Served.KERAS);
        Compression diet = Compression.keepAll()
                .on(everything())
                .quantize(int8())
                .on(linears())
                .quantize(int4(32));
        Plan plan = model.plan(diet, Spectra.none());
        Path out = folder.resolve("small");
        new CompressionJob(GraphSource.of(model), Progress.silent()).write(plan, out);
        assertThat(plan.compression()).isGreaterThan(2.64);
        try (Tensor ids = Served.ids(64)) {
            float[] before = Served.run(Served.KERAS, "serve", "ids", ids, "output_0");
            float[] after = Served.run(out, "serve", "ids", ids, "output_0");
            assertThat(agreement(before, after, 3)).isGreaterThan(0.9);
        }
        GraphDef graph = SavedModelFolder.read(out).meta().getGraphDef();
        assertThat(graph.getNodeList())
                .filteredOn(node -> node.getOp().equals("Const"))
                .allMatch(node -> node.getSerializedSize() < 1 << 20);
    }

    @Test
    void sixteen_bits_halve_a_graph_and_it_stays_near_as_a_folder_and_frozen() throws Exception {
        Compression halves = Compression.keepAll().on(everything()).quantize(bfloat16());
        ImportedModel model = ImportedModel.open(Served.KERAS);
        Plan plan = model.plan(halves, Spectra.none());
        Path out = folder.resolve("halves");
        new CompressionJob(GraphSource.of(model), Progress.silent()).write(plan, out);
        assertThat(plan.compression()).isGreaterThan(1.9);
        ImportedModel again = ImportedModel.open(out);
        assertThat(again.compressed()).hasSize(15).allMatch(matrix -> matrix.precision()
                .equals(bfloat16()));
        assertThat(again.layers()).noneMatch(Layer::treatable);
        assertThat(again.plan(halves, Spectra.none()).changedSince(again.plan()))
                .isEmpty();
        ImportedModel frozen = ImportedModel.open(Served.FROZEN);
        Path file = folder.resolve("halves.pb");
        new CompressionJob(GraphSource.of(frozen), Progress.silent()).write(frozen.plan(halves, Spectra.none()), file);
        try (Tensor ids = Served.ids(64)) {
            float[] before = Served.run(Served.KERAS, "serve", "ids", ids, "output_0");
            float[] after = Served.run(out, "serve", "ids", ids, "output_0");
            assertThat(difference(before, after)).isBetween(1e-6, 0.05);
            assertThat(agreement(before, after, 3)).isGreaterThan(0.95);
            GraphDef written = GraphDef.parseFrom(Files.readAllBytes(file));
            assertThat(difference(after, Served.run(written, "ids", ids, "Identity")))
                    .isLessThan(0.02);
        }
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

    @Test
    void retsim_at_eight_bits_points_the_same_way() {
        ImportedModel model = ImportedModel.open(Served.RETSIM);
        Path out = folder.resolve("retsim");
        new CompressionJob(GraphSource.of(model), Progress.silent())
                .write(model.plan(Compression.keepAll().on(everything()).quantize(int8()), Spectra.none()), out);
        try (Tensor text = Served.characters(1)) {
            float[] before = Served.run(Served.RETSIM, "serving_default", "input_1", text, "embedding_model");
            float[] after = Served.run(out, "serving_default", "input_1", text, "embedding_model");
            double dot = 0;
            double one = 0;
            double other = 0;
            for (int i = 0; i < before.length; i++) {
                dot += before[i] * after[i];
                one += before[i] * before[i];
                other += after[i] * after[i];
            }
            assertThat(dot / Math.sqrt(one * other)).isGreaterThan(0.999);
        }
    }

    @Test
    void a_frozen_graph_becomes_a_frozen_graph_or_a_saved_model() throws Exception {
        ImportedModel model = ImportedModel.open(Served.FROZEN);
        CompressionJob job = new CompressionJob(GraphSource.of(model), Progress.silent());
        Path frozen = folder.resolve("out.pb");
        Path saved = folder.resolve("out");
        job.write(fullRank(model), frozen);
        job.write(fullRank(model), saved);
        try (Tensor ids = Served.ids(16)) {
            GraphDef original = GraphDef.parseFrom(Files.readAllBytes(Served.FROZEN));
            float[] before = Served.run(original, "ids", ids, "Identity");
            GraphDef written = GraphDef.parseFrom(Files.readAllBytes(frozen));
            assertThat(difference(before, Served.run(written, "ids", ids, "Identity")))
                    .isLessThan(1e-5);
            float[] served = Served.run(saved, "serving_default", "ids", ids, "Identity");
            assertThat(difference(before, served)).isLessThan(1e-5);
        }
        assertThatExceptionOfType(LancetException.class)
                .isThrownBy(() -> job.write(fullRank(model), frozen))
                .withMessage("%s: exists already; choose another path or remove it first", frozen);
    }
}
