package dev.lancet.runtime.serving;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.plan.ArraySpec;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.io.IoErrors;
import dev.lancet.io.PlainFile;
import dev.lancet.io.Progress;
import dev.lancet.io.WrittenFiles;
import dev.lancet.runtime.checkpoint.Checkpoint;
import dev.lancet.runtime.checkpoint.TokenizerFile;
import dev.lancet.runtime.text.tokenizer.Tokenizer;
import dev.lancet.surgery.graph.GraphView;
import dev.lancet.surgery.imported.tracing.WeightSource;
import dev.lancet.surgery.savedmodel.SavedModelWriter;
import dev.lancet.surgery.serving.ServingGraph;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.tensorflow.proto.MetaGraphDef;

/**
 * Writes a declared model as a SavedModel for TensorFlow Serving, with the signatures of {@link ServingGraph}. Layers keep
 * their form: codes, factors and corrections go into the graph as Lancet runs them. Arrays are written one at a time. The
 * tokenizer and the files beside it go into {@code assets.extra}, for clients; the graph reads and writes token ids.
 *
 * @param model the model, without adapters
 * @param end the token that ends a text of {@code generate}, or empty if none does
 * @param progress is told how many arrays are written
 */
public record ServingExport(Checkpoint model, OptionalInt end, Progress progress) {

    /** The most bytes of a tokenizer file. */
    private static final int LARGEST = 256 << 20;

    /** The export of an opened model, whose texts end with the end token of its tokenizer. */
    public static ServingExport of(Checkpoint model, Progress progress) {
        return new ServingExport(model, end(model), progress);
    }

    private static OptionalInt end(Checkpoint model) {
        if (model.tokenizer().isEmpty() || !model.transformer().continuesText()) {
            return OptionalInt.empty();
        }
        try (Tokenizer tokenizer = Tokenizer.open(model.tokenizer().get())) {
            OptionalInt end = tokenizer.end();
            return end.isPresent() && end.getAsInt() < model.transformer().vocabulary() ? end : OptionalInt.empty();
        }
    }

    /**
     * What an export wrote.
     *
     * @param files the paths of the files in the folder, with slashes
     * @param bytes of all files together
     */
    public record Result(List<String> files, long bytes) {
        public Result {
            files = List.copyOf(files);
        }
    }

    /**
     * Writes the folder, which appears complete or not at all.
     *
     * @throws LancetException if the folder exists or cannot be written, if an array is missing, or if the model has adapters
     */
    public Result write(Path folder) {
        Plan plan = model.plan();
        if (plan.adapted()) {
            throw new LancetException("export: " + model.transformer().name()
                    + " has adapters, which this graph has no place for; merge them into their matrices first");
        }
        model.weights().require(plan);
        MetaGraphDef meta = ServingGraph.of(model.transformer(), plan, end);
        GraphView graph = GraphView.of(meta.getGraphDef());
        try (SavedModelWriter target = SavedModelWriter.create(folder, Optional.empty());
                Progress.Task task = progress.begin("export", plan.arrays().size())) {
            long written = 0;
            for (ArraySpec array : plan.arrays()) {
                WeightSource variable = WeightSource.of(graph.node(array.name()));
                target.variables()
                        .write(
                                array.name(),
                                variable.type(),
                                variable.shape(),
                                model.weights().read(array.name()).bytes());
                task.advance(++written, "");
            }
            TokenizerFile.forGeneration(model.tokenizer())
                    .forEach(file -> target.extra(String.valueOf(file.getFileName()), content(file)));
            target.finish(meta);
        }
        return result(folder);
    }

    private static byte[] content(Path file) {
        try {
            return PlainFile.read(file, LARGEST);
        } catch (IOException wrong) {
            throw IoErrors.reading(file, wrong);
        }
    }

    private static Result result(Path folder) {
        WrittenFiles written = WrittenFiles.in(folder);
        return new Result(written.names(), written.bytes());
    }
}
