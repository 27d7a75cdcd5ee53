package dev.lancet.dsl.weights;

import dev.lancet.dsl.plan.ArraySpec;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** The arrays of two sources, each read from its own source. */
record JoinedWeights(Weights first, Weights second) implements Weights {

    @Override
    public List<ArraySpec> arrays() {
        return Stream.concat(first.arrays().stream(), second.arrays().stream().filter(array -> first.find(array.name())
                        .isEmpty()))
                .toList();
    }

    @Override
    public Optional<ArraySpec> find(String name) {
        return first.find(name).or(() -> second.find(name));
    }

    @Override
    public HostTensor read(String name) {
        return holder(name).read(name);
    }

    @Override
    public float[] readFloats(String name) {
        return holder(name).readFloats(name);
    }

    @Override
    public void readInParts(String name, Consumer<ByteBuffer> parts) {
        holder(name).readInParts(name, parts);
    }

    private Weights holder(String name) {
        if (first.find(name).isPresent()) {
            return first;
        }
        if (second.find(name).isEmpty()) {
            throw missing(name);
        }
        return second;
    }
}
