package dev.lancet.compression;

import dev.lancet.dsl.plan.ArraySpec;
import dev.lancet.dsl.weights.HostTensor;
import dev.lancet.dsl.weights.Weights;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Arrays that are generated when they are read. Large ones are generated in parts, so that none must be in memory as a
 * whole.
 */
final class GeneratedWeights implements Weights {

    private static final int PART = 1 << 20;

    /** One array, and how to generate it: as a whole, or number by number. */
    private record Drawn(ArraySpec stored, Supplier<List<HostTensor>> whole, Optional<Consumer<FloatSink>> numbers) {}

    private final Map<String, Drawn> arrays = new LinkedHashMap<>();

    /** Arrays that are generated together. */
    void add(List<ArraySpec> together, Supplier<List<HostTensor>> made) {
        together.forEach(array -> arrays.put(array.name(), new Drawn(array, made, Optional.empty())));
    }

    /** A float array whose numbers are generated one after the other. */
    void add(ArraySpec array, Consumer<FloatSink> numbers) {
        arrays.put(array.name(), new Drawn(array, () -> List.of(whole(array, numbers)), Optional.of(numbers)));
    }

    private static HostTensor whole(ArraySpec array, Consumer<FloatSink> numbers) {
        ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(array.bytes())).order(ByteOrder.LITTLE_ENDIAN);
        numbers.accept(bytes::putFloat);
        return new HostTensor(array, bytes.flip());
    }

    @Override
    public List<ArraySpec> arrays() {
        return arrays.values().stream().map(Drawn::stored).toList();
    }

    @Override
    public Optional<ArraySpec> find(String name) {
        return Optional.ofNullable(arrays.get(name)).map(Drawn::stored);
    }

    @Override
    public HostTensor read(String name) {
        return drawn(name).whole().get().stream()
                .filter(tensor -> tensor.name().equals(name))
                .findFirst()
                .orElseThrow(() -> missing(name));
    }

    @Override
    public void readInParts(String name, Consumer<ByteBuffer> parts) {
        Optional<Consumer<FloatSink>> numbers = drawn(name).numbers();
        if (numbers.isEmpty()) {
            parts.accept(read(name).bytes());
            return;
        }
        ByteBuffer part = ByteBuffer.allocate(PART).order(ByteOrder.LITTLE_ENDIAN);
        numbers.get().accept(number -> {
            part.putFloat(number);
            if (!part.hasRemaining()) {
                parts.accept(part.flip().asReadOnlyBuffer());
                part.clear();
            }
        });
        if (part.position() > 0) {
            parts.accept(part.flip().asReadOnlyBuffer());
        }
    }

    private Drawn drawn(String name) {
        Drawn drawn = arrays.get(name);
        if (drawn == null) {
            throw missing(name);
        }
        return drawn;
    }
}
