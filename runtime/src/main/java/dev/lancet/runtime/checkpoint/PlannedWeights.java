package dev.lancet.runtime.checkpoint;

import dev.lancet.compression.weights.HostTensor;
import dev.lancet.compression.weights.Weights;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Stored;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** The arrays of a plan in a safetensors file that holds exactly them: views of the file, nothing is converted. */
final class PlannedWeights implements Weights {

    private final Map<String, Stored> stored = new LinkedHashMap<>();
    private final Safetensors arrays;

    PlannedWeights(Plan plan, Safetensors arrays) {
        plan.stored().forEach(array -> stored.put(array.name(), array));
        this.arrays = arrays;
    }

    @Override
    public List<Stored> stored() {
        return List.copyOf(stored.values());
    }

    @Override
    public Optional<Stored> find(String name) {
        return Optional.ofNullable(stored.get(name));
    }

    @Override
    public HostTensor read(String name) {
        return new HostTensor(find(name).orElseThrow(() -> missing(name)), arrays.map(name));
    }

    @Override
    public void readInParts(String name, Consumer<ByteBuffer> parts) {
        arrays.readInParts(find(name).orElseThrow(() -> missing(name)).name(), parts);
    }
}
