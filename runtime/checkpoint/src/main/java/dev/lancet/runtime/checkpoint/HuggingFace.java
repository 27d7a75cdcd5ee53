package dev.lancet.runtime.checkpoint;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.Weight;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.weights.Weights;
import dev.lancet.runtime.checkpoint.family.ArchitectureFamily;
import dev.lancet.runtime.checkpoint.family.TensorMapping;
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
 * Hugging Face folders: {@code config.json} in the layouts of transformers 4 and 5, and safetensors, sharded or not, of GPT-2,
 * LLaMA, Mistral and Qwen2. What such a model computes here is what Hugging Face computes.
 */
public final class HuggingFace {

    static final String CONFIG = "config.json";

    private HuggingFace() {}

    /**
     * Opens a folder. Linear layers become {@code [in, out]} when they are read, and 16-bit floats become float32.
     *
     * @throws LancetException if a file is missing or damaged, if the architecture or something about it is not supported, or
     *     if a tensor is missing or has the wrong shape
     */
    public static Checkpoint open(Path folder) {
        ConfigJson config = ConfigJson.read(folder.resolve(CONFIG));
        ArchitectureFamily family = ArchitectureFamily.of(config);
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
     * What a folder's config.json declares, without a look at its weights.
     *
     * @throws LancetException if the file is missing or damaged, or if something in it is not supported
     */
    public static Transformer transformer(Path folder) {
        ConfigJson config = ConfigJson.read(folder.resolve(CONFIG));
        return transformer(folder, config, ArchitectureFamily.of(config));
    }

    private static Transformer transformer(Path folder, ConfigJson config, ArchitectureFamily family) {
        if (config.find("quantization_config").isPresent()) {
            throw config.unsupported("quantization_config", "set", "its absence, so take the checkpoint in floats");
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
            String name = mapping.tensor().equals(ArchitectureFamily.HEAD)
                    ? ArchitectureFamily.HEAD
                    : prefix + mapping.tensor();
            boolean savedAsHead = weight.name().equals("embedding")
                    && transformer.tiedHead()
                    && files.fileOf(name).isEmpty()
                    && files.fileOf(ArchitectureFamily.HEAD).isPresent();
            slots.put(
                    weight,
                    new TensorMapping(
                            savedAsHead ? ArchitectureFamily.HEAD : name,
                            mapping.shape(),
                            mapping.transposed(),
                            mapping.firstColumn()));
        }
        return slots;
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
                    + tensor.shape() + ", but config.json makes it " + mapping.shape()
                    + "; one of the files is of another"
                    + " model");
        }
        if (!tensor.dtype().weights()) {
            throw Safetensors.noWeights(file.file(), tensor);
        }
    }

    /** Buffers, and the copy of the embedding that some files keep as the head of a tied model, are no surprise. */
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
     * @param folder where; it must not exist, and appears whole or not at all
     * @param weights the arrays of {@code Plan.dense(transformer)}
     * @param tokenizer a file to lie beside them
     * @throws LancetException if the folder exists or cannot be written, if an array is missing, or if no architecture there
     *     is like this transformer
     */
    public static void write(Path folder, Transformer transformer, Weights weights, Optional<Path> tokenizer) {
        new HuggingFaceExport(transformer, weights).write(folder, tokenizer);
    }
}
