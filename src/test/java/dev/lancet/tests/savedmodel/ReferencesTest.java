package dev.lancet.tests.savedmodel;

import static dev.lancet.dsl.Precision.int8;
import static dev.lancet.dsl.Selector.everything;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lancet.dsl.Compression;
import dev.lancet.dsl.Precision;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Spectra;
import dev.lancet.dsl.plan.Step;
import dev.lancet.io.Progress;
import dev.lancet.runtime.compress.CompressionJob;
import dev.lancet.runtime.source.GraphSource;
import dev.lancet.surgery.imported.ImportedModel;
import dev.lancet.surgery.imported.discovery.Layer;
import dev.lancet.surgery.imported.discovery.UnusedTensor;
import dev.lancet.surgery.savedmodel.BundleEntry;
import dev.lancet.surgery.savedmodel.SavedModelFolder;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.Tensor;
import org.tensorflow.proto.NodeDef;

/** A SavedModel of TensorFlow 1: variables by reference, frames, a saver, optimizer slots, an operation run on loading. */
class ReferencesTest {

    private static final Path MODEL = PythonGraphs.of("refs");

    @TempDir
    private Path folder;

    @Test
    void layers_of_variables_by_reference_are_found_also_in_loops_and_branches() {
        ImportedModel model = ImportedModel.open(MODEL);
        assertThat(model.layers())
                .allMatch(Layer::treatable)
                .extracting(layer -> layer.weight().name() + " " + layer.uses())
                .containsExactly(
                        "dense/kernel [MatMul (MatMul, x · W)]",
                        "down/kernel [MatMul_1 (MatMul, x · W)]",
                        "turn/kernel [while/MatMul (MatMul, x · W)]",
                        "then/kernel [cond/MatMul (MatMul, x · W)]",
                        "table [GatherV2 (GatherV2, rows of W)]");
        assertThat(model.skipped()).isEmpty();
        assertThat(model.unused())
                .extracting(UnusedTensor::name)
                .contains("dense/kernel/Adam", "dense/kernel/Adam_1", "beta1_power")
                .hasSize(16);
    }

    @Test
    void the_result_computes_the_same_and_has_no_references() {
        ImportedModel model = ImportedModel.open(MODEL);
        assertThat(difference(written(model, model.plan(), "same"))).isLessThan(1e-6);

        Plan full = model.plan();
        for (Layer layer : model.layers()) {
            int rank = Math.min(layer.weight().rows(), layer.weight().columns());
            full = full.with(Step.factorise(layer.weight(), rank, Precision.float32(), "full rank"));
        }
        Path exact = written(model, full, "exact");
        assertThat(difference(exact)).isLessThan(1e-5);
        assertThat(SavedModelFolder.read(exact).meta().getGraphDef().getNodeList())
                .extracting(NodeDef::getOp)
                .doesNotContain("VariableV2", "Assign");
        // The variable that is set on loading is in no checkpoint.
        assertThat(SavedModelFolder.read(exact).variables().orElseThrow().entries())
                .extracting(BundleEntry::key)
                .contains("turn/kernel.left", "table.right", "dense/bias")
                .doesNotContain("scale", "turn/kernel")
                .hasSize(11);

        Plan bits = model.plan(Compression.keepAll().on(everything()).quantize(int8()), Spectra.none());
        assertThat(difference(written(model, bits, "bits"))).isBetween(1e-4, 0.05);
    }

    private Path written(ImportedModel model, Plan plan, String name) {
        Path out = folder.resolve(name);
        new CompressionJob(GraphSource.of(model), Progress.silent()).write(plan, out);
        return out;
    }

    private static double difference(Path model) {
        double largest = 0;
        List<double[]> expected = PythonGraphs.rows("refs");
        for (int i = 0; i < expected.size(); i++) {
            try (Tensor x = PythonGraphs.input(i)) {
                double[] values = PythonGraphs.doubles(Served.run(model, "serving_default", "x", x, "y"));
                assertThat(values).containsExactly(expected.get(i), within(0.1));
                for (int j = 0; j < values.length; j++) {
                    largest = Math.max(largest, Math.abs(values[j] - expected.get(i)[j]));
                }
            }
        }
        return largest;
    }
}
