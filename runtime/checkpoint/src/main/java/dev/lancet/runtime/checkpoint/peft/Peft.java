package dev.lancet.runtime.checkpoint.peft;

import dev.lancet.dsl.Adapter;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.Weight;
import dev.lancet.dsl.plan.FullyTrainedWeights;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Step;
import dev.lancet.dsl.weights.Weights;
import dev.lancet.dsl.weights.WeightsInMemory;
import dev.lancet.io.PlainFile;
import dev.lancet.runtime.checkpoint.safetensors.Safetensors;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Reads and writes LoRA adapters in the format of Hugging Face's PEFT: {@code adapter_config.json} and {@code
 * adapter_model.safetensors}, for the architectures of {@link dev.lancet.runtime.checkpoint.HuggingFace}.
 *
 * <p>PEFT stores A as {@code lora_A.weight} {@code [rank, inputs]} and B as {@code lora_B.weight} {@code [outputs,
 * rank]} under the name of the layer. GPT-2 has one layer for queries, keys and values. Lancet reads its adapter as
 * three adapters, which share A and have a part of B each.
 */
public final class Peft {

    static final String CONFIG = "adapter_config.json";
    static final String ARRAYS = "adapter_model.safetensors";

    private Peft() {}

    /**
     * A model with adapters beside some of its matrices.
     *
     * @param plan the plan of the model with the adapters
     * @param arrays the trained arrays only: those of the adapters, and those of modules that were trained whole. The
     *     constants of decomposed adapters and matrices without their principal components are to be computed from the
     *     matrices of the model
     */
    public record Adapters(Plan plan, Weights arrays) {}

    /**
     * Reads the adapters of a folder for a model.
     *
     * @param transformer the architecture of the model
     * @param plan the plan of the model, which must have no adapters
     * @throws LancetException if a file is missing or damaged, if the adapter is not LoRA or has a setting that is not
     * supported,     or if it is for another model
     */
    public static Adapters open(Path folder, Transformer transformer, Plan plan) {
        if (plan.adapted()) {
            throw new LancetException("adapter: " + plan.model() + " already has adapters; merge them first");
        }
        PeftConfig config = PeftConfig.read(PlainFile.inside(folder, CONFIG));
        Safetensors file = Safetensors.open(PlainFile.inside(folder, ARRAYS));
        PeftNames names = PeftNames.of(transformer);
        Set<String> unread = new TreeSet<>();
        file.tensors().forEach(tensor -> unread.add(tensor.name()));
        Map<String, Adapter> adapters = new LinkedHashMap<>();
        WeightsInMemory arrays = new WeightsInMemory();
        for (Step step : plan.steps()) {
            Optional<PeftNames.Place> place = names.of(step.weight());
            if (place.isEmpty() || file.find(place.get().a()).isEmpty()) {
                continue;
            }
            PeftLayer layer = PeftLayer.of(file, place.get(), step.weight());
            Adapter adapter = config.adapter(place.get().module(), layer.rank());
            if (adapter.startsFromPrincipal()
                    && place.get().outputs() != step.weight().columns()) {
                throw new LancetException(file.file() + ": begins with the principal components of "
                        + place.get().module() + ", which are several matrices here; save the adapter with"
                        + " path_initial_model_for_weight_conversion");
            }
            adapters.put(step.weight().name(), adapter);
            layer.read(step.adapted(adapter, "")).forEach(arrays::accept);
            unread.remove(place.get().a());
            unread.remove(place.get().b());
            if (adapter.decomposed()) {
                unread.remove(place.get().magnitude());
            }
        }
        List<String> whole = new ArrayList<>();
        if (config.savesModules()) {
            PeftModules modules = new PeftModules(names, transformer);
            for (Weight weight : modules.in(file)) {
                arrays.accept(modules.read(file, weight));
                whole.add(weight.name());
                unread.remove(names.whole(weight).tensor());
            }
        }
        unread.stream().findFirst().ifPresent(name -> {
            throw new LancetException(file.file() + ": tensor '" + name + "' belongs to no linear layer of "
                    + transformer.name() + "; use an adapter for this model");
        });
        if (adapters.isEmpty()) {
            throw new LancetException(file.file() + ": holds no adapter; get the file again");
        }
        String because = "adapter of " + shown(folder);
        Plan adapted = new Plan(
                plan.model(),
                plan.steps().stream()
                        .map(step -> whole.contains(step.weight().name())
                                ? Step.keep(step.weight(), because)
                                : Optional.ofNullable(adapters.get(step.weight().name()))
                                        .map(adapter -> step.adapted(adapter, because))
                                        .orElse(step))
                        .toList(),
                plan.vectors(),
                whole.isEmpty() ? Optional.empty() : Optional.of(new FullyTrainedWeights(whole)));
        return new Adapters(adapted, arrays);
    }

    private static String shown(Path folder) {
        return String.valueOf(folder.toAbsolutePath().normalize().getFileName());
    }

    /**
     * Writes the adapters of a model as a folder that PEFT can load.
     *
     * @param folder the folder to write, which must not exist; it appears complete or not at all
     * @param weights holds the arrays of the plan's adapters; additional arrays are ignored
     * @throws LancetException if the plan has no adapters, if this transformer matches no Hugging Face architecture, or
     * if the     folder exists or cannot be written
     */
    public static void write(Path folder, Transformer transformer, Plan plan, Weights weights) {
        if (!plan.adapted()) {
            throw new LancetException(
                    "adapter: " + plan.model() + " has none; add some to its layers with adapt(...) and train them");
        }
        new PeftExport(transformer, plan, weights).write(folder);
    }

    /**
     * The reason why PEFT cannot hold the adapters of a model, or empty if it can. A training checks this before it
     * starts.
     */
    public static Optional<String> hindrance(Transformer transformer, Plan plan) {
        try {
            new PeftExport(transformer, plan, new WeightsInMemory()).check();
            return Optional.empty();
        } catch (LancetException hindrance) {
            return Optional.of(String.valueOf(hindrance.getMessage()));
        }
    }
}
