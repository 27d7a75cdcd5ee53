package dev.lancet.runtime.checkpoint;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.Weight;
import dev.lancet.dsl.plan.ArraySpec;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Step;
import dev.lancet.dsl.plan.StoredMatrix;
import dev.lancet.dsl.weights.HostTensor;
import dev.lancet.dsl.weights.Weights;
import dev.lancet.io.AtomicFolder;
import dev.lancet.runtime.checkpoint.family.ArchitectureFamilies;
import dev.lancet.runtime.checkpoint.family.ArchitectureFamily;
import dev.lancet.runtime.checkpoint.family.LayoutConversion;
import dev.lancet.runtime.checkpoint.family.SentenceTransformer;
import dev.lancet.runtime.checkpoint.family.TensorMapping;
import dev.lancet.runtime.checkpoint.safetensors.Dtype;
import dev.lancet.runtime.checkpoint.safetensors.FloatSource;
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

/**
 * Converts a model to Hugging Face's names and orientation. A layer of two factors, x·A·B, becomes PyTorch's {@code
 * Sequential} of two linear layers: {@code NAME.0.weight [rank, inputs]} and {@code NAME.1.weight [outputs, rank]}, with the
 * bias {@code NAME.1.bias}. {@code config.json} has the rank of each under {@code lancet_factors}.
 */
final class HuggingFaceExport {

    private static final String WEIGHT = ".weight";
    private static final String BIAS = ".bias";

    private final Transformer transformer;
    private final Plan plan;
    private final Weights weights;
    private final ArchitectureFamily family;

    /** The weights that make up each Hugging Face array, by the name of that array. */
    private final Map<String, List<Part>> parts = new LinkedHashMap<>();

    /** The factor that each array holds, by the name of that array. */
    private final Map<String, StoredMatrix> factors = new LinkedHashMap<>();

    private final Map<String, Integer> ranks = new LinkedHashMap<>();

    /** A weight, and its place in a Hugging Face array. */
    private record Part(String name, Weight weight, TensorMapping slot) {}

    /** @param plan every matrix in float32, in one piece or, if its array holds nothing else, in two factors */
    HuggingFaceExport(Transformer transformer, Plan plan, Weights weights) {
        this.transformer = transformer;
        this.plan = plan;
        this.weights = weights;
        this.family = ArchitectureFamilies.of(transformer)
                .orElseThrow(() -> new LancetException(
                        "export: " + transformer.name() + " matches no known" + " Hugging Face architecture ("
                                + ArchitectureFamilies.known() + "); save it as a Lancet model folder"));
        for (Weight weight : transformer.weights()) {
            TensorMapping mapping = family.slot(transformer, weight);
            String name = name(mapping);
            if (plan.find(weight.name()).filter(step -> step.rank().isPresent()).isPresent()) {
                factor(plan.step(weight.name()), name, mapping);
            } else {
                Part part = new Part(name, weight, mapping);
                parts.computeIfAbsent(part.name(), key -> new ArrayList<>()).add(part);
            }
        }
    }

    private void factor(Step step, String name, TensorMapping mapping) {
        List<StoredMatrix> two = step.baseMatrices();
        if (!mapping.isTranspose(step.weight())
                || step.precision().narrow()
                || step.between().isPresent()) {
            throw new LancetException("export: the factors of " + step.weight().name() + " have no place in a Hugging"
                    + " Face folder; multiply them out with --fold");
        }
        String module = name.substring(0, name.length() - WEIGHT.length());
        factors.put(module + ".0" + WEIGHT, two.get(0));
        factors.put(module + ".1" + WEIGHT, two.get(1));
        ranks.put(module, step.rank().orElseThrow());
    }

    void write(Path folder, Optional<Path> tokenizer) {
        weights.require(plan);
        List<Path> beside = TokenizerFile.files(tokenizer);
        Map<String, Object> config =
                new LinkedHashMap<>(family.write(transformer).orElseThrow());
        if (!ranks.isEmpty()) {
            config.put("lancet_factors", ranks);
        }
        try (AtomicFolder target = AtomicFolder.create(folder)) {
            target.text(HuggingFace.CONFIG, LanguageJson.pretty(config) + "\n");
            SentenceTransformer.write(target, transformer);
            List<ArraySpec> arrays = new ArrayList<>();
            parts.values().forEach(pieces -> arrays.add(array(pieces)));
            factors.forEach((name, matrix) -> arrays.add(array(name, matrix)));
            // Under its usual name, transformers would load such a file, with random numbers for all that it does not
            // find.
            String file = ranks.isEmpty() ? SafetensorsShards.SINGLE : HuggingFace.FACTORED;
            try (SafetensorsWriter writer = SafetensorsWriter.create(target, file, Map.of("format", "pt"), arrays)) {
                parts.values().forEach(pieces -> writer.accept(assemble(pieces)));
                factors.forEach((name, matrix) -> writer.accept(transposed(name, matrix)));
                writer.finish();
            }
            beside.forEach(target::copy);
            target.finish();
        }
    }

    private String name(TensorMapping mapping) {
        return family.outside(mapping.tensor()) ? mapping.tensor() : family.prefix(transformer) + mapping.tensor();
    }

    private ArraySpec array(List<Part> parts) {
        Part first = parts.get(0);
        return new ArraySpec(
                biasOfFactors(first.name()),
                ArraySpec.Type.FLOAT32,
                first.slot().shape());
    }

    /** The bias of two factors belongs to the second. */
    private String biasOfFactors(String name) {
        String module = name.endsWith(BIAS) ? name.substring(0, name.length() - BIAS.length()) : "";
        return ranks.containsKey(module) ? module + ".1" + BIAS : name;
    }

    private static ArraySpec array(String name, StoredMatrix factor) {
        return new ArraySpec(name, ArraySpec.Type.FLOAT32, List.of(factor.columns(), factor.rows()));
    }

    private HostTensor assemble(List<Part> pieces) {
        ArraySpec array = array(pieces);
        ByteBuffer bytes = empty(array);
        FloatBuffer floats = bytes.asFloatBuffer();
        for (Part part : pieces) {
            LayoutConversion.put(weights.read(part.weight().name()).bytes(), part.slot(), part.weight(), floats);
        }
        return new HostTensor(array, bytes);
    }

    private HostTensor transposed(String name, StoredMatrix factor) {
        ArraySpec array = array(name, factor);
        ByteBuffer bytes = empty(array);
        FloatSource from =
                new FloatSource(Dtype.F32, weights.read(factor.name()).bytes());
        LayoutConversion.transpose(from, factor.rows(), factor.columns(), bytes.asFloatBuffer());
        return new HostTensor(array, bytes);
    }

    private static ByteBuffer empty(ArraySpec array) {
        return ByteBuffer.allocate(Math.toIntExact(array.bytes())).order(ByteOrder.LITTLE_ENDIAN);
    }
}
