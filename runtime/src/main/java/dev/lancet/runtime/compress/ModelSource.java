package dev.lancet.runtime.compress;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.plan.Constraints;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.weights.WeightWriter;
import dev.lancet.dsl.weights.Weights;
import dev.lancet.runtime.checkpoint.Checkpoint;
import dev.lancet.runtime.checkpoint.Format;
import dev.lancet.surgery.imported.ImportedModel;
import java.nio.file.Path;

/** A model that can be planned, read, and written again in a smaller form: a declared one, or a graph that others wrote. */
public sealed interface ModelSource permits DeclaredSource, GraphSource {

    /**
     * Opens a model: a Hugging Face folder, a Lancet model folder, a llama2.c {@code .bin}, a SavedModel folder or a frozen
     * graph.
     *
     * @throws LancetException if it is none of these, or is damaged
     */
    static ModelSource open(Path path) {
        return switch (Format.of(path)) {
            case HUGGING_FACE, LANCET, LLAMA2C -> DeclaredSource.of(Checkpoint.open(path));
            case SAVED_MODEL, FROZEN_GRAPH -> GraphSource.of(ImportedModel.open(path));
        };
    }

    /** How the weights are stored now. */
    Plan plan();

    /** What a plan must leave as it is. */
    Constraints constraints();

    /** The stored arrays. */
    Weights weights();

    /**
     * The matrices that a compression converts.
     *
     * @param from how they are stored now
     * @param into how they are to be stored
     */
    record Conversion(Plan from, Plan into) {}

    /**
     * What has to be converted so that the model follows a plan. For a declared model that is everything, since all arrays are
     * written anew. For a graph it is what the plan changes; the rest goes from file to file.
     */
    Conversion conversion(Plan into);

    /**
     * Begins to write the model in the form of a plan. The writer takes the arrays of the {@link #conversion}.
     *
     * @throws LancetException if something exists under the path, if the path cannot be written to, or if the plan changes what
     *     cannot be changed
     */
    WeightWriter create(Path out, Plan into);
}
