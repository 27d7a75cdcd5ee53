package dev.lancet.tests.savedmodel;

import static dev.lancet.dsl.Precision.bfloat16;
import static dev.lancet.dsl.Precision.int4;
import static dev.lancet.dsl.Precision.int8;
import static dev.lancet.dsl.Selector.everything;
import static org.assertj.core.api.Assertions.assertThat;
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
import dev.lancet.surgery.imported.ImportedSurgery;
import dev.lancet.surgery.imported.discovery.Layer;
import dev.lancet.surgery.savedmodel.BundleEntry;
import dev.lancet.surgery.savedmodel.SavedModelFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.Tensor;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.GraphDef;

/** Layers in the bodies of loops and branches, in models that Python wrote. */
class LoopsTest {

    @TempDir
    private Path folder;

    @Test
    void layers_in_the_bodies_of_loops_and_branches_are_found_under_the_names_of_their_author() {
        ImportedModel model = ImportedModel.open(PythonGraphs.of("turns"));
        assertThat(model.layers())
                .allMatch(Layer::treatable)
                .extracting(layer -> layer.weight().name() + " " + layer.uses().size())
                .containsExactly(
                        "shared/kernel 2",
                        "up/kernel 1",
                        "down/kernel 1",
                        "turn/kernel 1",
                        "then/kernel 1",
                        "inner/kernel 2",
                        "otherwise/kernel 1",
                        "first/kernel 1",
                        "second/kernel 1");
        assertThat(model.skipped()).isEmpty();
    }

    @Test
    void factors_of_full_rank_in_loops_and_branches_change_nothing() {
        ImportedModel model = ImportedModel.open(PythonGraphs.of("turns"));
        Path out = folder.resolve("out");
        new CompressionJob(GraphSource.of(model), Progress.silent()).write(fullRank(model), out);
        assertNear(turns(out), PythonGraphs.rows("turns"), 1e-5);
        assertThat(SavedModelFolder.read(out).variables().orElseThrow().entries())
                .extracting(BundleEntry::key)
                .contains("turn/kernel.left", "inner/kernel.right")
                .doesNotContain("turn/kernel", "shared/kernel", "inner/kernel")
                .hasSize(18);
    }

    @Test
    void what_is_quantised_in_a_loop_stays_near() {
        Path out = quantised("turns", int8());
        List<double[]> expected = PythonGraphs.rows("turns");
        List<double[]> given = turns(out);
        assertNear(given, expected, 0.05);
        for (int i = 0; i < expected.size(); i++) {
            assertThat(given.get(i)).isNotEqualTo(expected.get(i));
        }
        assertThat(SavedModelFolder.read(out).variables().orElseThrow().entries())
                .extracting(BundleEntry::type)
                .filteredOn(type -> type == DataType.DT_UINT8)
                .hasSize(9);
    }

    @Test
    void what_has_sixteen_bits_in_a_loop_stays_near() {
        Path out = quantised("turns", bfloat16());
        // Up to 5, in turns that each round what they take and give to 8 bits. Which sums round otherwise depends on
        // the processor, so each is held against what Python computed in 32 bits.
        List<double[]> functions = turns(out);
        List<double[]> frames = turns(quantised("frames.pb", bfloat16()), "Identity");
        for (List<double[]> given : List.of(functions, frames, turns(quantised("turns.pb", bfloat16()), "Identity"))) {
            assertNear(given, PythonGraphs.rows("turns"), 0.1);
        }
        assertNear(frames, functions, 0.05);
        assertThat(SavedModelFolder.read(out).variables().orElseThrow().entries())
                .extracting(BundleEntry::type)
                .filteredOn(type -> type == DataType.DT_BFLOAT16)
                .hasSize(9);
    }

    @Test
    void functions_and_frames_compute_the_same_with_the_same_codes() {
        Path functions = quantised("turns", int4(8));
        Path frozen = quantised("turns.pb", int4(8));
        Path frames = quantised("frames.pb", int4(8));
        List<double[]> expected = turns(functions);
        assertNear(turns(frozen, "Identity"), expected, 1e-5);
        assertNear(turns(frames, "Identity"), expected, 1e-5);
    }

    private Path quantised(String name, Precision precision) {
        ImportedModel model = ImportedModel.open(PythonGraphs.of(name));
        Path out = folder.resolve(name + "-" + precision.bits());
        Plan plan = model.plan(Compression.keepAll().on(everything()).quantize(precision), Spectra.none());
        new CompressionJob(GraphSource.of(model), Progress.silent()).write(plan, out);
        return out;
    }

    private static List<double[]> turns(Path model) {
        return turns(model, "y");
    }

    private static List<double[]> turns(Path model, String output) {
        return turns(inputs -> Served.run(model, "serving_default", "x", inputs, output));
    }

    private static List<double[]> turns(GraphDef graph) {
        return turns(inputs -> Served.run(graph, "x", inputs, "Identity"));
    }

    private static List<double[]> turns(Function<List<Tensor>, List<float[]>> served) {
        List<Tensor> inputs = PythonGraphs.inputs();
        try {
            return served.apply(inputs).stream().map(PythonGraphs::doubles).toList();
        } finally {
            inputs.forEach(Tensor::close);
        }
    }

    private static void assertNear(List<double[]> given, List<double[]> expected, double within) {
        assertThat(given).hasSameSizeAs(expected);
        for (int i = 0; i < given.size(); i++) {
            assertThat(given.get(i)).containsExactly(expected.get(i), within(within));
        }
    }

    @Test
    void one_layer_in_a_loop_may_be_cut_and_the_others_left_as_they_are() {
        ImportedModel model = ImportedModel.open(PythonGraphs.of("turns"));
        Path out = folder.resolve("one");
        Step step = Step.factorise(model.plan().step("turn/kernel").weight(), 8, Precision.float32(), "one");
        new CompressionJob(GraphSource.of(model), Progress.silent())
                .write(model.plan().with(step), out);
        assertNear(turns(out), PythonGraphs.rows("turns"), 1e-5);
        // Branches that nobody touched call the functions that they called.
        assertThat(SavedModelFolder.read(out).meta().getGraphDef().getLibrary().getFunctionList())
                .extracting(function -> function.getSignature().getName())
                .filteredOn(name -> name.startsWith("StatefulPartitionedCall."))
                .containsExactly(
                        "StatefulPartitionedCall.StatefulPartitionedCall.while.body",
                        "StatefulPartitionedCall.StatefulPartitionedCall.while.cond");
    }

    @Test
    void what_was_written_can_be_opened_and_cut_again() {
        ImportedModel model = ImportedModel.open(PythonGraphs.of("turns"));
        Path once = folder.resolve("once");
        Step step = Step.factorise(model.plan().step("turn/kernel").weight(), 8, Precision.float32(), "one");
        new CompressionJob(GraphSource.of(model), Progress.silent())
                .write(model.plan().with(step), once);
        ImportedModel again = ImportedModel.open(once);
        Path twice = folder.resolve("twice");
        Plan plan = again.plan();
        for (String name : new String[] {"up/kernel", "inner/kernel", "first/kernel"}) {
            plan = plan.with(Step.factorise(plan.step(name).weight(), 8, Precision.float32(), "again"));
        }
        new CompressionJob(GraphSource.of(again), Progress.silent()).write(plan, twice);
        assertNear(turns(twice), PythonGraphs.rows("turns"), 1e-5);
    }

    @ParameterizedTest
    @ValueSource(strings = {"turns.pb", "frames.pb"})
    void a_frozen_graph_keeps_its_loops_as_functions_or_as_frames(String name) throws Exception {
        Path path = PythonGraphs.of(name);
        ImportedModel model = ImportedModel.open(path);
        assertThat(model.layers()).hasSize(9).allMatch(Layer::treatable);
        Path out = folder.resolve("out.pb");
        Path saved = folder.resolve("out");
        CompressionJob job = new CompressionJob(GraphSource.of(model), Progress.silent());
        job.write(fullRank(model), out);
        job.write(fullRank(model), saved);
        GraphDef before = GraphDef.parseFrom(Files.readAllBytes(path));
        GraphDef after = GraphDef.parseFrom(Files.readAllBytes(out));
        List<double[]> expected = PythonGraphs.rows("turns");
        assertNear(turns(before), expected, 1e-5);
        assertNear(turns(after), expected, 1e-5);
        assertNear(turns(saved, "Identity"), expected, 1e-5);
        assertThat(after.getNodeList())
                .filteredOn(node -> node.getOp().equals("Const"))
                .allMatch(node -> node.getAttrMap()
                                        .get("value")
                                        .getTensor()
                                        .getTensorShape()
                                        .getDimCount()
                                < 2
                        || node.getName().contains(".left")
                        || node.getName().contains(".right"));
    }

    @Test
    void recurrent_layers_of_keras_are_cut_in_their_loops() {
        ImportedModel model = ImportedModel.open(PythonGraphs.of("gru"));
        assertThat(model.layers()).hasSize(5).allMatch(Layer::treatable);
        for (Plan plan : new Plan[] {
            fullRank(model), model.plan(Compression.keepAll().on(everything()).quantize(int8()), Spectra.none())
        }) {
            boolean exact = plan.steps().get(0).rank().isPresent();
            Path out = folder.resolve(exact ? "exact" : "bits");
            new CompressionJob(GraphSource.of(model), Progress.silent()).write(plan, out);
            try (Tensor x = PythonGraphs.sequence()) {
                assertThat(PythonGraphs.doubles(Served.run(out, "serving_default", "x", x, "output_0")))
                        .containsExactly(PythonGraphs.row("gru"), within(exact ? 1e-5 : 0.02));
            }
        }
    }

    @Test
    void damaged_loops_are_cut_or_refused() throws IOException {
        SplittableRandom random = new SplittableRandom(17);
        for (String name : new String[] {"turns.pb", "frames.pb"}) {
            byte[] whole = Files.readAllBytes(PythonGraphs.of(name));
            Path file = folder.resolve(name);
            int refused = 0;
            for (int i = 0; i < 50; i++) {
                byte[] damaged = whole.clone();
                for (int flips = random.nextInt(1, 6); flips > 0; flips--) {
                    damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
                }
                Files.write(file, damaged);
                refused += refuses(file) ? 1 : 0;
            }
            assertThat(refused).isBetween(1, 49);
        }
    }

    private static boolean refuses(Path file) {
        try {
            ImportedModel model = ImportedModel.open(file);
            Plan plan = model.plan();
            for (Layer layer : model.layers()) {
                if (layer.treatable()) {
                    plan = plan.with(Step.factorise(layer.weight(), 1, int8(), "one"));
                }
            }
            ImportedSurgery.operate(model, plan);
            return false;
        } catch (LancetException refusal) {
            assertThat(refusal.getMessage()).isNotBlank().doesNotContain("null");
            return true;
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
}
