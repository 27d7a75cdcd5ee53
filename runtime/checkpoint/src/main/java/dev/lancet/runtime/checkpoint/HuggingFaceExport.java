package dev.lancet.runtime.checkpoint;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.Weight;
import dev.lancet.dsl.plan.ArraySpec;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.weights.HostTensor;
import dev.lancet.dsl.weights.Weights;
import dev.lancet.io.AtomicFolder;
import dev.lancet.runtime.checkpoint.family.ArchitectureFamily;
import dev.lancet.runtime.checkpoint.family.LayoutConversion;
import dev.lancet.runtime.checkpoint.family.TensorMapping;
import dev.lancet.runtime.checkpoint.safetensors.SafetensorsShards;
import dev.lancet.runtime.checkpoint.safetensors.SafetensorsWriter;
import dev.lancet.runtime.json.LanguageJson;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Converts a dense model to Hugging Face's names and orientation. */
final class HuggingFaceExport {

    private final Transformer transformer;
    private final Weights weights;
    private final ArchitectureFamily family;
    private final Map<String, Object> config;

    /** The weights that make up each Hugging Face array, by the name of that array. */
    private final Map<String, List<Part>> parts = new LinkedHashMap<>();

    /** A weight, and its place in a Hugging Face array. */
    private record Part(String name, Weight weight, TensorMapping slot) {}

    HuggingFaceExport(Transformer transformer, Weights weights) {
        this.transformer = transformer;
        this.weights = weights;
        this.family = ArchitectureFamily.ALL.stream()
                .filter(some -> some.write(transformer).isPresent())
                .findFirst()
                .orElseThrow(() -> new LancetException("export: " + transformer.name() + " matches no known"
                        + " Hugging Face"
                        + " architecture (gpt2, llama, mistral, qwen2); save it as a Lancet model folder"));
        this.config = family.write(transformer).orElseThrow();
        for (Weight weight : transformer.weights()) {
            TensorMapping mapping = family.slot(transformer, weight);
            Part part = new Part(name(family, mapping), weight, mapping);
            parts.computeIfAbsent(part.name(), key -> new ArrayList<>()).add(part);
        }
    }

    void write(Path folder, Optional<Path> tokenizer) {
        weights.require(Plan.dense(transformer));
        List<Path> beside = TokenizerFile.files(tokenizer);
        try (AtomicFolder target = AtomicFolder.create(folder)) {
            target.text(HuggingFace.CONFIG, LanguageJson.pretty(config) + "\n");
            List<ArraySpec> arrays =
                    parts.values().stream().map(HuggingFaceExport::array).toList();
            try (SafetensorsWriter writer =
                    SafetensorsWriter.create(target, SafetensorsShards.SINGLE, Map.of("format", "pt"), arrays)) {
                parts.keySet().forEach(name -> writer.accept(assemble(name)));
                writer.finish();
            }
            beside.forEach(target::copy);
            target.finish();
        }
    }

    private static String name(ArchitectureFamily family, TensorMapping mapping) {
        return mapping.tensor().equals(ArchitectureFamily.HEAD)
                ? ArchitectureFamily.HEAD
                : family.prefix() + mapping.tensor();
    }

    private static ArraySpec array(List<Part> parts) {
        Part first = parts.get(0);
        return new ArraySpec(first.name(), ArraySpec.Type.FLOAT32, first.slot().shape());
    }

    private HostTensor assemble(String name) {
        List<Part> pieces = parts.getOrDefault(name, List.of());
        ArraySpec array = array(pieces);
        ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(array.bytes())).order(ByteOrder.LITTLE_ENDIAN);
        FloatBuffer floats = bytes.asFloatBuffer();
        for (Part part : pieces) {
            LayoutConversion.put(weights.read(part.weight().name()).bytes(), part.slot(), part.weight(), floats);
        }
        return new HostTensor(array, bytes);
    }
}
