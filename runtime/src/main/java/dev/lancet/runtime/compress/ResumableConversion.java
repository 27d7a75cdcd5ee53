package dev.lancet.runtime.compress;

import dev.lancet.compression.Fidelity;
import dev.lancet.dsl.plan.ArraySpec;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.weights.HostTensor;
import dev.lancet.dsl.weights.WeightSink;
import dev.lancet.dsl.weights.WeightWriter;
import dev.lancet.dsl.weights.Weights;
import dev.lancet.dsl.weights.WeightsInMemory;
import dev.lancet.io.Progress;
import dev.lancet.io.ResumableFolder;
import dev.lancet.runtime.checkpoint.ModelFolderWriter;
import dev.lancet.runtime.checkpoint.safetensors.Safetensors;
import dev.lancet.runtime.checkpoint.safetensors.SafetensorsWriter;
import dev.lancet.runtime.source.DeclaredSource;
import dev.lancet.runtime.source.ModelSource;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The conversion of a job in a {@link ResumableFolder}. A declared model is written where its result lies. The arrays of a
 * graph, and those that a recovery starts from, lie in a file beside it, because the result is not made of them alone.
 *
 * @param job converts the matrices
 * @param source the model before
 */
record ResumableConversion(CompressionJob job, ModelSource source, ResumableFolder folder, Progress progress) {

    private static final String ARRAYS = "converted.safetensors";

    /**
     * Converted arrays.
     *
     * @param losses the error of every changed matrix
     * @param weights the arrays, in a file
     */
    record Converted(List<Fidelity> losses, WeightsInMemory weights) {}

    /** Writes the model, and lets the folder keep it. */
    List<Fidelity> write(Plan into) {
        if (!(source instanceof DeclaredSource declared)) {
            Converted converted = converted(into);
            write(into, converted.weights());
            return converted.losses();
        }
        Plan stored = job.stored(into);
        try (ModelFolderWriter writer = declared.resume(folder.resultFolder(), stored)) {
            List<Fidelity> losses = convert(into, stored, writer, writer.arrays());
            writer.finish();
            folder.keep();
            return losses;
        }
    }

    /** Writes the model from the arrays of its conversion, and lets the folder keep it. */
    void write(Plan into, Weights arrays) {
        try (WeightWriter writer = source.create(folder.emptyResult(), job.stored(into))) {
            arrays.copyTo(writer);
            writer.finish();
        }
        folder.keep();
    }

    /** Converts the matrices; for a graph only those that the plan changes. */
    Converted converted(Plan into) {
        Plan stored = job.stored(source.conversion(into, job.stored(into)).into());
        Path file = folder.path(ARRAYS);
        List<Fidelity> losses;
        try (SafetensorsWriter writer = SafetensorsWriter.resume(file, file, Map.of(), stored.arrays())) {
            losses = convert(into, stored, writer, writer);
            writer.finish();
        }
        Safetensors arrays = Safetensors.open(file);
        WeightsInMemory weights = new WeightsInMemory();
        for (ArraySpec array : stored.arrays()) {
            weights.accept(new HostTensor(array, arrays.map(array.name())));
        }
        return new Converted(losses, weights);
    }

    private List<Fidelity> convert(Plan into, Plan stored, WeightSink sink, SafetensorsWriter arrays) {
        ConversionJournal done = new ConversionJournal(folder.journal(), job.order(stored), arrays);
        done.damaged()
                .ifPresent(matrix -> progress.warn("resume: " + matrix + " has changed since it was written; it and the"
                        + " matrices after it are computed again"));
        job.convert(into, sink, done.count(), done::add);
        return done.losses();
    }
}
