package dev.lancet.runtime.tune;

import dev.lancet.compression.Fidelity;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Step;
import dev.lancet.runtime.Model;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The result of merging adapters into their matrices, {@code W + scale · A · B}, and the change of the outputs.
 *
 * @param drift the difference between the logits of the merged model and those of the model with adapters
 * @param layers the error of each matrix that had an adapter: the stored merged matrix, compared with the exact sum.
 *     It is 0 in float32; matrices in fewer bits are rounded again, factored ones are factored again
 */
public record MergeResult(LogitDrift drift, List<Fidelity> layers) {

    public MergeResult {
        layers = List.copyOf(layers);
    }

    /**
     * Saves the merged model as a Lancet model folder, with each matrix in its current form, one at a time.
     *
     * @throws LancetException if the model has no adapters, or the folder exists or cannot be written
     */
    public static MergeResult save(Model adapted, Path folder) {
        Set<String> merged = adapters(adapted);
        List<Fidelity> losses = adapted.compression().write(adapted.plan().merged(), folder);
        try (Model saved = Model.open(folder)) {
            return of(adapted, saved, losses, merged);
        }
    }

    /**
     * Saves the merged model as a Hugging Face folder in float32: codes and factors are restored to full matrices, so
     * nothing is rounded.
     *
     * @throws LancetException if the model has no adapters, if Hugging Face has no architecture like this one, or if
     *     the folder exists or cannot be written
     */
    public static MergeResult saveHuggingFace(Model adapted, Path folder) {
        Set<String> merged = adapters(adapted);
        try (Model dense = adapted.compress(Plan.dense(adapted.transformer()))) {
            dense.saveHuggingFace(folder);
            return of(adapted, dense, dense.losses(), merged);
        }
    }

    private static MergeResult of(Model adapted, Model merged, List<Fidelity> losses, Set<String> names) {
        float[] before = LogitDrift.logits(adapted);
        // Only one of the two models holds native memory at a time.
        adapted.close();
        return new MergeResult(
                LogitDrift.between(before, LogitDrift.logits(merged)),
                losses.stream().filter(loss -> names.contains(loss.weight())).toList());
    }

    private static Set<String> adapters(Model model) {
        if (!model.plan().adapted()) {
            throw new LancetException(
                    "merge: " + model.plan().model() + " has no adapters; name a folder with adapters");
        }
        return model.plan().steps().stream()
                .filter(step -> step.adapter().isPresent())
                .map(Step::weight)
                .map(weight -> weight.name())
                .collect(Collectors.toUnmodifiableSet());
    }
}
