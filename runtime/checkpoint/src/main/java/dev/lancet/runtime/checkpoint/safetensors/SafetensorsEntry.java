package dev.lancet.runtime.checkpoint.safetensors;

import java.util.List;

/**
 * One array of a safetensors file, as its header describes it.
 *
 * @param name its name
 * @param dtype its element type
 * @param shape its dimensions; none for a single number
 * @param offset its first byte, counted from the beginning of the file
 * @param bytes how many bytes it has
 */
public record SafetensorsEntry(String name, Dtype dtype, List<Long> shape, long offset, long bytes) {

    public SafetensorsEntry {
        shape = List.copyOf(shape);
    }

    /** Number of elements. */
    public long elements() {
        return shape.stream().reduce(1L, (a, b) -> a * b);
    }

    @Override
    public String toString() {
        return name + " " + dtype + " " + shape;
    }
}
