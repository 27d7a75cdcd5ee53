package dev.lancet.runtime.checkpoint;

import dev.lancet.dsl.plan.ArraySpec;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.weights.HostTensor;
import dev.lancet.dsl.weights.Weights;
import dev.lancet.runtime.checkpoint.safetensors.Safetensors;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * The arrays of a plan, from a safetensors file that holds exactly these arrays, as views of the file without
 * conversion.
 */
final class PlannedWeights implements Weights {

    private final Map<String, ArraySpec> stored = new LinkedHashMap<>();
    private final Safetensors arrays;
    private final Runnable verification;
    private final AtomicBoolean verified = new AtomicBoolean();

    /** @param verification checks the whole file before its first array is read */
    PlannedWeights(Plan plan, Safetensors arrays, Runnable verification) {
        this.verification = verification;
        plan.arrays().forEach(array -> stored.put(array.name(), array));
        this.arrays = arrays;
    }

    @Override
    public List<ArraySpec> arrays() {
        return List.copyOf(stored.values());
    }

    @Override
    public Optional<ArraySpec> find(String name) {
        return Optional.ofNullable(stored.get(name));
    }

    private void verifyOnce() {
        if (!verified.get()) {
            verification.run();
            verified.set(true);
        }
    }

    @Override
    public HostTensor read(String name) {
        verifyOnce();
        return new HostTensor(find(name).orElseThrow(() -> missing(name)), arrays.map(name));
    }

    @Override
    public void readInParts(String name, Consumer<ByteBuffer> parts) {
        verifyOnce();
        arrays.readInParts(find(name).orElseThrow(() -> missing(name)).name(), parts);
    }
}
