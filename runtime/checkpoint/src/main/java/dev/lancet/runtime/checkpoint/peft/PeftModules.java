package dev.lancet.runtime.checkpoint.peft;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.Weight;
import dev.lancet.dsl.plan.ArraySpec;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Step;
import dev.lancet.dsl.weights.HostTensor;
import dev.lancet.dsl.weights.Weights;
import dev.lancet.runtime.checkpoint.family.LayoutConversion;
import dev.lancet.runtime.checkpoint.family.TensorMapping;
import dev.lancet.runtime.checkpoint.safetensors.FloatArrayFile;
import dev.lancet.runtime.checkpoint.safetensors.Safetensors;
import dev.lancet.runtime.checkpoint.safetensors.SafetensorsEntry;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/** The modules that PEFT saves whole ({@code modules_to_save}): the weights that are trained themselves. */
final class PeftModules {

    private final PeftNames names;
    private final Transformer transformer;

    PeftModules(PeftNames names, Transformer transformer) {
        this.names = names;
        this.transformer = transformer;
    }

    /** The weights of which a file has the module's array. */
    List<Weight> in(Safetensors file) {
        return transformer.weights().stream()
                .filter(weight -> file.find(names.whole(weight).tensor()).isPresent())
                .toList();
    }

    /** The array of a weight in a file, in the layout of a model in float32. */
    HostTensor read(Safetensors file, Weight weight) {
        refuseTied(weight).ifPresent(reason -> {
            throw new LancetException(file.file() + ": " + reason);
        });
        TensorMapping mapping = names.whole(weight);
        SafetensorsEntry tensor = file.tensor(mapping.tensor());
        if (!tensor.dtype().weights()) {
            throw Safetensors.noWeights(file.file(), tensor);
        }
        if (!tensor.shape()
                .equals(mapping.shape().stream().map(Integer::longValue).toList())) {
            throw new LancetException(file.file() + ": tensor '" + tensor.name() + "' has shape " + tensor.shape()
                    + ", but for " + weight.name() + " it must be " + mapping.shape()
                    + "; use an adapter for this model");
        }
        ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(weight.bytes())).order(ByteOrder.LITTLE_ENDIAN);
        try (FloatArrayFile floats = file.floatFile(mapping.tensor())) {
            LayoutConversion.take(floats, mapping, weight, bytes.asFloatBuffer());
        }
        return new HostTensor(new ArraySpec(weight.name(), ArraySpec.Type.FLOAT32, weight.shape()), bytes);
    }

    private Optional<String> refuseTied(Weight weight) {
        return transformer.tiedHead() && weight.name().equals("embedding")
                ? Optional.of("embedding is the head too in " + transformer.name()
                        + ", and PEFT would train only one of the two; keep it out of modules_to_save")
                : Optional.empty();
    }

    /** The arrays to write, by name, each with the weights that it consists of. */
    Map<String, List<Weight>> trained(Plan plan) {
        Map<String, List<Weight>> arrays = new LinkedHashMap<>();
        for (Weight weight : transformer.weights()) {
            if (plan.trainsWhole(weight)) {
                refuseTied(weight).ifPresent(reason -> {
                    throw new LancetException("adapter: " + reason);
                });
                if (plan.find(weight.name()).flatMap(PeftModules::factored).isPresent()) {
                    throw new LancetException("adapter: " + weight.name() + " is trained in two factors, and PEFT has"
                            + " only whole modules; keep the adapter in a Lancet model folder");
                }
                arrays.put(names.whole(weight).tensor(), new ArrayList<>());
            }
        }
        for (Weight weight : transformer.weights()) {
            List<Weight> parts = arrays.get(names.whole(weight).tensor());
            if (parts != null) {
                if (!plan.trainsWhole(weight)) {
                    throw new LancetException("adapter: " + weight.name() + " is frozen, but PEFT has one module for it"
                            + " and for trained weights; train it too");
                }
                parts.add(weight);
            }
        }
        return arrays;
    }

    private static Optional<Integer> factored(Step step) {
        return step.rank().isPresent() ? Optional.of(step.rank().getAsInt()) : Optional.empty();
    }

    /** The description of an array to write. */
    ArraySpec array(String name, List<Weight> parts) {
        return new ArraySpec(
                name, ArraySpec.Type.FLOAT32, names.whole(parts.get(0)).shape());
    }

    /** An array to write. */
    HostTensor assembled(String name, List<Weight> parts, Weights weights) {
        ArraySpec array = array(name, parts);
        ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(array.bytes())).order(ByteOrder.LITTLE_ENDIAN);
        for (Weight part : parts) {
            LayoutConversion.put(weights.read(part.name()).bytes(), names.whole(part), part, bytes.asFloatBuffer());
        }
        return new HostTensor(array, bytes);
    }

    /** The value of {@code modules_to_save}: the full names of the modules. */
    static List<String> modules(Map<String, List<Weight>> arrays) {
        TreeSet<String> modules = new TreeSet<>();
        for (String array : arrays.keySet()) {
            String name = array.substring(PeftNames.ROOT.length());
            modules.add(name.substring(0, name.lastIndexOf('.')));
        }
        return List.copyOf(modules);
    }
}
