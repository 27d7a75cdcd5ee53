package dev.lancet.dsl.weights;

import dev.lancet.dsl.plan.ArraySpec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Collects weights one at a time and keeps them in memory, for example for a small compression or a fresh model. */
public final class WeightsInMemory implements Weights, WeightSink {

    private final Map<String, HostTensor> tensors = new LinkedHashMap<>();

    /** An empty collection. */
    public WeightsInMemory() {}

    /** All arrays of another source, without copies. */
    public static WeightsInMemory of(Weights weights) {
        WeightsInMemory kept = new WeightsInMemory();
        weights.copyTo(kept);
        return kept;
    }

    /** Keeps the tensor itself, without a copy. */
    @Override
    public void accept(HostTensor tensor) {
        if (tensors.putIfAbsent(tensor.name(), tensor) != null) {
            throw new IllegalArgumentException(
                    "weights: '" + tensor.name() + "' was given twice; give each" + " array once");
        }
    }

    @Override
    public List<ArraySpec> arrays() {
        return tensors.values().stream().map(HostTensor::spec).toList();
    }

    @Override
    public Optional<ArraySpec> find(String name) {
        return Optional.ofNullable(tensors.get(name)).map(HostTensor::spec);
    }

    @Override
    public HostTensor read(String name) {
        HostTensor tensor = tensors.get(name);
        if (tensor == null) {
            throw missing(name);
        }
        return tensor;
    }
}
