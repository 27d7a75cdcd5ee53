package dev.lancet.runtime;

import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.weights.WeightsInMemory;
import dev.lancet.io.Progress;
import dev.lancet.runtime.calibration.Quality;
import dev.lancet.runtime.calibration.QualityMeasurement;
import dev.lancet.runtime.device.Device;
import dev.lancet.runtime.source.GraphSource;
import dev.lancet.runtime.train.graph.Examples;
import dev.lancet.runtime.train.graph.GraphEvaluator;
import dev.lancet.surgery.imported.ImportedSurgery;
import dev.lancet.surgery.imported.Objective;
import dev.lancet.surgery.imported.writing.GraphWriter;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Map;

/**
 * The inference part of a graph that another tool wrote: it computes outputs and can be saved. {@link GraphModel} adds the
 * methods that change it or make smaller models from it.
 */
public abstract sealed class RunnableGraph permits GraphModel {

    final ImportedSurgery surgery;
    final ModelUse use;
    /** The arrays that compression and training changed. */
    WeightsInMemory changed;

    Progress progress = Progress.silent();
    Device device = Device.auto();

    RunnableGraph(ImportedSurgery surgery, WeightsInMemory changed) {
        this.surgery = surgery;
        use = new ModelUse(surgery.model().name());
        this.changed = changed;
    }

    /** The form in which each weight is stored. */
    public Plan plan() {
        return surgery.plan();
    }

    /** With all stored arrays: those from compression and training, and those of the model's files. */
    final GraphSource asSource() {
        return new GraphSource(surgery.model(), plan(), changed.with(surgery.model()));
    }

    final ByteBuffer value(String variable) {
        return changed.find(variable).isPresent()
                ? changed.read(variable).bytes()
                : surgery.model().bytes(variable);
    }

    /**
     * The values of an output for some examples.
     *
     * @param output the name of an output of {@code serving_default}
     * @return the rows one after the other, each in row-major order
     */
    public float[] output(Examples examples, String output) {
        return output(examples, Objective.crossEntropy(output));
    }

    /** The values of the output that an objective uses, as those of {@link #output(Examples, String)}. */
    public float[] output(Examples examples, Objective objective) {
        return use.during(
                "evaluation", () -> GraphEvaluator.read(surgery, objective, examples, device.resolve(), this::value));
    }

    /** The fraction of rows whose largest score is that of the label. */
    public double accuracy(Examples examples, Objective objective) {
        return GraphEvaluator.accuracy(output(examples, objective), examples.classes());
    }

    /**
     * How close the outputs of this model are to those of another on the same rows.
     *
     * @throws dev.lancet.dsl.LancetException if the rows do not fit the models, or their outputs differ in shape
     */
    public Quality comparedWith(RunnableGraph original, Examples rows) {
        return use.during(
                "evaluation",
                () -> QualityMeasurement.of(original.asSource(), asSource(), rows, device.resolve(), progress));
    }

    /**
     * Saves the model with its original signatures: as a frozen graph if the path ends in {@code .pb}, otherwise as a
     * SavedModel folder.
     *
     * @throws dev.lancet.dsl.LancetException if the path exists or cannot be written
     */
    public void save(Path out) {
        save(out, Map.of());
    }

    /**
     * Saves the model as a SavedModel folder with files for its users in {@code assets.extra}.
     *
     * @param extra the content of each file by its name
     * @throws dev.lancet.dsl.LancetException if the path exists or cannot be written
     */
    public void save(Path out, Map<String, byte[]> extra) {
        use.run("saving", () -> {
            try (GraphWriter writer = GraphWriter.create(out, surgery)) {
                changed.copyTo(writer);
                extra.forEach(writer::extra);
                writer.finish();
            }
        });
    }
}
