package dev.lancet.runtime.source;

import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.plan.Constraints;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.weights.WeightWriter;
import dev.lancet.dsl.weights.Weights;
import dev.lancet.runtime.checkpoint.Checkpoint;
import dev.lancet.runtime.checkpoint.ModelFolderWriter;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A declared model. Its result is written as a Lancet model folder.
 *
 * @param transformer its declaration
 * @param plan the current storage of its weights
 * @param weights the stored arrays
 * @param tokenizer the file of its tokenizer, which is copied into the result
 */
public record DeclaredSource(Transformer transformer, Plan plan, Weights weights, Optional<Path> tokenizer)
        implements ModelSource {

    /** A model on disk. */
    public static DeclaredSource of(Checkpoint checkpoint) {
        return new DeclaredSource(
                checkpoint.transformer(), checkpoint.plan(), checkpoint.weights(), checkpoint.tokenizer());
    }

    @Override
    public Constraints constraints() {
        return Constraints.none();
    }

    @Override
    public Conversion conversion(Plan into, Plan stored) {
        return new Conversion(plan, into);
    }

    @Override
    public void requireFoldable() {}

    @Override
    public WeightWriter create(Path out, Plan into) {
        return ModelFolderWriter.create(out, transformer, into, tokenizer, OptionalLong.empty());
    }
}
