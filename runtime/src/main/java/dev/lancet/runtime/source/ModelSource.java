package dev.lancet.runtime.source;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.plan.Constraints;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.weights.WeightWriter;
import dev.lancet.dsl.weights.Weights;
import dev.lancet.runtime.checkpoint.Checkpoint;
import dev.lancet.runtime.checkpoint.Format;
import dev.lancet.surgery.imported.ImportedModel;
import java.nio.file.Path;

/**
 * A model that can be planned, read, and written in a smaller form: a declared model, or a graph that another tool wrote.
 */
public sealed interface ModelSource permits DeclaredSource, GraphSource {

    /**
     * Opens a model: a Hugging Face folder, a Lancet model folder, a llama2.c {@code .bin}, a SavedModel folder or a frozen
     * graph.
     *
     * @throws LancetException if the path is none of these, or damaged
     */
    static ModelSource open(Path path) {
        return switch (Format.of(path)) {
            case HUGGING_FACE, LANCET, LLAMA2C -> DeclaredSource.of(Checkpoint.open(path));
            case SAVED_MODEL, FROZEN_GRAPH -> GraphSource.of(ImportedModel.open(path));
        };
    }

    /** The current storage of the weights. */
    Plan plan();

    /**
     * The storage of the weights in the files of the model: that of {@link #plan} or, where a checkpoint has bfloat16
     * that is read as float32, bfloat16. What a compression keeps stays in this form.
     */
    default Plan stored() {
        return plan();
    }

    /** What a plan must leave unchanged. */
    Constraints constraints();

    /** The stored arrays. */
    Weights weights();

    /**
     * The matrices that a compression converts.
     *
     * @param from their current storage
     * @param into their wanted storage
     * @param weights the arrays of their current storage
     */
    record Conversion(Plan from, Plan into, Weights weights) {}

    /**
     * The conversion that a plan needs. For a declared model it covers everything, because all arrays are written. For a
     * graph it covers only what the plan changes; the other arrays are copied from file to file.
     */
    default Conversion conversion(Plan into) {
        return conversion(into, into);
    }

    /**
     * The conversion of a plan whose result is then stored in another form.
     *
     * @param stored the form that is written, for example {@link Plan#folded}
     */
    Conversion conversion(Plan into, Plan stored);

    /**
     * Checks that factors and corrections can be multiplied out.
     *
     * @throws LancetException if a graph was written with factors or corrections: its nodes do not tell the matrix
     */
    void requireFoldable();

    /**
     * The same model in another form, in memory.
     *
     * @param arrays what its {@link #conversion} gives
     */
    ModelSource compressed(Plan into, Weights arrays);

    /**
     * Starts writing the model in the form of a plan. The writer takes the arrays of the {@link #conversion}.
     *
     * @throws LancetException if the path exists or cannot be written to, or if the plan changes something that
     *     cannot change
     */
    WeightWriter create(Path out, Plan into);
}
