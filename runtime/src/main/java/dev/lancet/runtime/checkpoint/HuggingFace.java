package dev.lancet.runtime.checkpoint;

import dev.lancet.compression.weights.Weights;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.Weight;
import dev.lancet.dsl.plan.Plan;
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
        Family family = Family.of(config);
        Transformer transformer = transformer(folder, config, family);
        TensorFiles files = TensorFiles.open(folder);
        Map<Weight, Slot> slots = slots(transformer, family, files);
        slots.forEach((weight, slot) -> check(files, weight, slot));
        return new Checkpoint(
                transformer,
                Plan.dense(transformer),
                new HuggingFaceWeights(files, slots),
                TokenizerFile.beside(folder),
                unused(family, files, slots));
    }

    /**
     * What a folder's config.json declares, without a look at its weights.
     *
     * @throws LancetException if the file is missing or damaged, or if something in it is not supported
     */
    public static Transformer transformer(Path folder) {
        ConfigJson config = ConfigJson.read(folder.resolve(CONFIG));
        return transformer(folder, config, Family.of(config));
    }

    private static Transformer transformer(Path folder, ConfigJson config, Family family) {
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

    private static Map<Weight, Slot> slots(Transformer transformer, Family family, TensorFiles files) {
        boolean prefixed = files.names().stream().anyMatch(name -> name.startsWith(family.prefix()));
        String prefix = prefixed ? family.prefix() : "";
        Map<Weight, Slot> slots = new LinkedHashMap<>();
        for (Weight weight : transformer.weights()) {
            Slot slot = family.slot(transformer, weight);
            String name = slot.tensor().equals(Family.HEAD) ? Family.HEAD : prefix + slot.tensor();
            boolean savedAsHead = weight.name().equals("embedding")
                    && transformer.tiedHead()
                    && files.fileOf(name).isEmpty()
                    && files.fileOf(Family.HEAD).isPresent();
            slots.put(
                    weight,
                    new Slot(savedAsHead ? Family.HEAD : name, slot.shape(), slot.transposed(), slot.firstColumn()));
        }
        return slots;
    }

    private static void check(TensorFiles files, Weight weight, Slot slot) {
        Safetensors file = files.fileOf(slot.tensor())
                .orElseThrow(() -> new LancetException(files.source() + ": tensor '" + slot.tensor() + "' ("
                        + weight.name() + ") is missing; near it: " + Plan.nearMisses(slot.tensor(), files.names())));
        Tensor tensor = file.tensor(slot.tensor());
        if (!tensor.shape().equals(slot.shape().stream().map(Integer::longValue).toList())) {
            throw new LancetException(file.file() + ": tensor '" + tensor.name() + "' (" + weight.name()
                    + ") has shape "
                    + tensor.shape() + ", but config.json makes it " + slot.shape() + "; one of the files is of another"
                    + " model");
        }
        if (!tensor.dtype().weights()) {
            throw Safetensors.noWeights(file.file(), tensor);
        }
    }

    /** Buffers, and the copy of the embedding that some files keep as the head of a tied model, are no surprise. */
    private static List<String> unused(Family family, TensorFiles files, Map<Weight, Slot> slots) {
        Set<String> used = slots.values().stream().map(Slot::tensor).collect(Collectors.toCollection(HashSet::new));
        used.add(Family.HEAD);
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
