package dev.lancet.runtime.checkpoint;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Precision;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.Weight;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Step;
import dev.lancet.dsl.weights.Weights;
import dev.lancet.io.PlainFile;
import dev.lancet.runtime.checkpoint.family.ArchitectureFamilies;
import dev.lancet.runtime.checkpoint.family.ArchitectureFamily;
import dev.lancet.runtime.checkpoint.family.TensorMapping;
import dev.lancet.runtime.checkpoint.safetensors.Dtype;
import dev.lancet.runtime.checkpoint.safetensors.Safetensors;
import dev.lancet.runtime.checkpoint.safetensors.SafetensorsEntry;
import dev.lancet.runtime.checkpoint.safetensors.SafetensorsShards;
import dev.lancet.runtime.json.ConfigJson;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Reads and writes Hugging Face folders of GPT-2, LLaMA, Mistral, Qwen2, Qwen3, OLMo-2, SmolLM3, Granite, Phi-3, GPT-NeoX, Gemma 2
 * and Gemma 3 (text), and of the encoders BERT, RoBERTa, DistilBERT and ModernBERT, with the settings of sentence-transformers: {@code config.json} in the layouts of transformers 4
 * and 5, and safetensors, sharded or not. A model computes the same here as with Hugging Face.
 */
public final class HuggingFace {

    static final String CONFIG = "config.json";

    /** The arrays of a model with factors. */
    static final String FACTORED = "factored.safetensors";

    private HuggingFace() {}

    /**
     * Opens a folder. When arrays are read, linear layers become {@code [in, out]}, and 16-bit floats become float32.
     *
     * @throws LancetException if a file is missing or damaged, if the architecture or one of its settings is not
     * supported, or if     a tensor is missing or has the wrong shape
     */
    public static Checkpoint open(Path folder) {
        ConfigJson config = ConfigJson.read(PlainFile.inside(folder, CONFIG));
        ArchitectureFamily family = ArchitectureFamilies.of(config);
        Transformer transformer = transformer(folder, config, family);
        SafetensorsShards files = SafetensorsShards.open(folder);
        Map<Weight, TensorMapping> slots = slots(transformer, family, files);
        slots.forEach((weight, mapping) -> check(files, weight, mapping));
        return new Checkpoint(
                transformer,
                Plan.dense(transformer),
                new HuggingFaceWeights(files, slots),
                TokenizerFile.beside(folder),
                unused(family, files, slots),
                files.storedType());
    }

    /**
     * The transformer that a folder's config.json declares. The weights are not read.
     *
     * @throws LancetException if the file is missing or damaged, or if a setting is not supported
     */
    public static Transformer transformer(Path folder) {
        ConfigJson config = ConfigJson.read(PlainFile.inside(folder, CONFIG));
        return transformer(folder, config, ArchitectureFamilies.of(config));
    }

    private static Transformer transformer(Path folder, ConfigJson config, ArchitectureFamily family) {
        if (config.find("quantization_config").isPresent()) {
            throw config.unsupported(
                    "quantization_config", "set", "an absent key; use a checkpoint with float" + " weights");
        }
        String name = String.valueOf(folder.toAbsolutePath().normalize().getFileName());
        try {
            return family.read(config, config.requiredText("model_type"), name);
        } catch (IllegalArgumentException wrong) {
            throw new LancetException(config.file() + ": " + wrong.getMessage(), wrong);
        }
    }

    private static Map<Weight, TensorMapping> slots(
            Transformer transformer, ArchitectureFamily family, SafetensorsShards files) {
        boolean prefixed = files.names().stream().anyMatch(name -> name.startsWith(family.prefix()));
        String prefix = prefixed ? family.prefix() : "";
        Map<Weight, TensorMapping> slots = new LinkedHashMap<>();
        for (Weight weight : transformer.weights()) {
            TensorMapping mapping = family.slot(transformer, weight);
            String name = family.outside(mapping.tensor()) ? mapping.tensor() : prefix + mapping.tensor();
            slots.put(weight, mapping.named(found(weight, name, transformer, family, files)));
        }
        return slots;
    }

    /** The name under which a tensor is in the files: its own, a former one, or that of the head if both are one array. */
    private static String found(
            Weight weight, String name, Transformer transformer, ArchitectureFamily family, SafetensorsShards files) {
        if (files.fileOf(name).isPresent()) {
            return name;
        }
        boolean savedAsHead = weight.name().equals("embedding")
                && transformer.tiedHead()
                && files.fileOf(ArchitectureFamily.HEAD).isPresent();
        if (savedAsHead) {
            return ArchitectureFamily.HEAD;
        }
        String former = family.formerName(name);
        return files.fileOf(former).isPresent() ? former : name;
    }

    private static void check(SafetensorsShards files, Weight weight, TensorMapping mapping) {
        Safetensors file = files.fileOf(mapping.tensor())
                .orElseThrow(() ->
                        new LancetException(files.source() + ": tensor '" + mapping.tensor() + "' (" + weight.name()
                                + ") is missing; near it: " + Plan.nearMisses(mapping.tensor(), files.names())));
        SafetensorsEntry tensor = file.tensor(mapping.tensor());
        if (!tensor.shape()
                .equals(mapping.shape().stream().map(Integer::longValue).toList())) {
            throw new LancetException(file.file() + ": tensor '" + tensor.name() + "' (" + weight.name()
                    + ") has shape "
                    + tensor.shape() + ", but config.json requires " + mapping.shape()
                    + "; get both files from the same"
                    + " model");
        }
        if (!tensor.dtype().weights()) {
            throw Safetensors.noWeights(file.file(), tensor);
        }
    }

    /** Whether an unused tensor needs no warning: a buffer, or the head of a tied model, which copies the embedding. */
    private static List<String> unused(
            ArchitectureFamily family, SafetensorsShards files, Map<Weight, TensorMapping> slots) {
        Set<String> used =
                slots.values().stream().map(TensorMapping::tensor).collect(Collectors.toCollection(HashSet::new));
        used.add(ArchitectureFamily.HEAD);
        return files.names().stream()
                .filter(name -> !used.contains(name) && !family.isBuffer(name))
                .toList();
    }

    /**
     * Writes a dense model as a folder that Hugging Face loads: {@code config.json}, {@code model.safetensors} in
     * float32, and the tokenizer file.
     *
     * @param folder the folder to write, which must not exist; it appears complete or not at all
     * @param weights the arrays of {@code Plan.dense(transformer)}
     * @param tokenizer a tokenizer file to copy into the folder, with the chat template and the settings beside it
     * @throws LancetException if the folder exists or cannot be written, if an array is missing, or if this transformer
     * matches     no known Hugging Face architecture
     */
    public static void write(Path folder, Transformer transformer, Weights weights, Optional<Path> tokenizer) {
        write(folder, new Checkpoint(transformer, Plan.dense(transformer), weights, tokenizer, List.of(), Dtype.F32));
    }

    /**
     * Writes a model in float32, with linear layers in one piece or in two factors. If there are factors, the arrays are in
     * {@code factored.safetensors}, which Hugging Face does not load by itself.
     *
     * @param folder the folder to write, which must not exist; it appears complete or not at all
     * @throws LancetException as above, or if the form of a matrix has no place there
     */
    public static void write(Path folder, Checkpoint model) {
        if (!factored(model.plan()).arrays().equals(model.plan().arrays())) {
            throw new LancetException("export: " + model.transformer().name()
                    + " has adapters, corrections, codes or a factored table, which have no place in a Hugging Face"
                    + " folder; convert it to float32 first");
        }
        export(model).write(folder, model.tokenizer());
    }

    /**
     * Checks that {@link #write(Path, Checkpoint)} knows a model in this form. No array is read.
     *
     * @throws LancetException if Hugging Face has no architecture like this one, or no place for its factors
     */
    public static void check(Checkpoint model) {
        export(model);
    }

    private static HuggingFaceExport export(Checkpoint model) {
        return new HuggingFaceExport(model.transformer(), model.plan(), model.weights());
    }

    /**
     * The form that {@link #write(Path, Checkpoint)} takes: every matrix in float32, without adapters and corrections. The
     * factors of linear layers stay.
     */
    public static Plan factored(Plan plan) {
        return plan.merged()
                .with(plan.steps().stream().map(HuggingFace::factored).toList());
    }

    private static Step factored(Step step) {
        Weight weight = step.weight();
        return step.rank().isPresent() && !weight.role().table()
                ? Step.factorise(weight, step.rank().getAsInt(), Precision.float32(), step.because())
                : Step.keep(weight, step.because());
    }
}
