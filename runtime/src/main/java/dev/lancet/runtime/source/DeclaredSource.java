package dev.lancet.runtime.source;

import dev.lancet.dsl.Precision;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.plan.Constraints;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Step;
import dev.lancet.dsl.plan.StoredMatrix;
import dev.lancet.dsl.weights.WeightWriter;
import dev.lancet.dsl.weights.Weights;
import dev.lancet.io.AtomicFolder;
import dev.lancet.runtime.checkpoint.Checkpoint;
import dev.lancet.runtime.checkpoint.ModelFolderWriter;
import dev.lancet.runtime.checkpoint.safetensors.Dtype;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Predicate;

/**
 * A declared model. Its result is written as a Lancet model folder.
 *
 * @param transformer its declaration
 * @param plan the current storage of its weights
 * @param weights the stored arrays
 * @param tokenizer the file of its tokenizer, which is copied into the result
 * @param bfloat16 whether the float32 matrices come from files that hold them in bfloat16
 */
public record DeclaredSource(
        Transformer transformer, Plan plan, Weights weights, Optional<Path> tokenizer, boolean bfloat16)
        implements ModelSource {

    /** A model whose files hold what its plan says. */
    public DeclaredSource(Transformer transformer, Plan plan, Weights weights, Optional<Path> tokenizer) {
        this(transformer, plan, weights, tokenizer, false);
    }

    /** A model on disk. float16 counts as float32, because not every float16 is a bfloat16. */
    public static DeclaredSource of(Checkpoint checkpoint) {
        return new DeclaredSource(
                checkpoint.transformer(),
                checkpoint.plan(),
                checkpoint.weights(),
                checkpoint.tokenizer(),
                checkpoint.stored() == Dtype.BF16);
    }

    /** The same model with another tokenizer. */
    public DeclaredSource with(Path other) {
        return new DeclaredSource(transformer, plan, weights, Optional.of(other), bfloat16);
    }

    @Override
    public Plan stored() {
        return bfloat16 ? with(step -> step.keeps()) : plan;
    }

    /** The plan with the chosen matrices in bfloat16. */
    private Plan with(Predicate<Step> chosen) {
        List<Step> steps = plan.steps().stream()
                .map(step -> chosen.test(step) ? step.stored(Precision.bfloat16(), step.because()) : step)
                .toList();
        return plan.with(steps);
    }

    @Override
    public Constraints constraints() {
        return Constraints.none();
    }

    @Override
    public Conversion conversion(Plan into, Plan stored) {
        if (!bfloat16) {
            return new Conversion(plan, into, weights);
        }
        Plan files = stored();
        Map<String, StoredMatrix> kept = new HashMap<>();
        for (Step step : into.steps()) {
            String name = step.weight().name();
            if (plan.step(name).keeps()
                    && step.baseMatrices().equals(files.step(name).baseMatrices())) {
                kept.put(name, step.baseMatrices().get(0));
            }
        }
        return new Conversion(
                with(step -> kept.containsKey(step.weight().name())), into, new Bfloat16View(weights, kept));
    }

    @Override
    public void requireFoldable() {}

    @Override
    public DeclaredSource compressed(Plan into, Weights arrays) {
        return new DeclaredSource(transformer, into, arrays, tokenizer);
    }

    @Override
    public WeightWriter create(Path out, Plan into) {
        return ModelFolderWriter.create(out, transformer, into, tokenizer, OptionalLong.empty());
    }

    /** Starts or continues writing the model in the form of a plan. */
    public ModelFolderWriter resume(AtomicFolder out, Plan into) {
        return ModelFolderWriter.resume(out, transformer, into, tokenizer);
    }
}
