package dev.lancet.runtime.checkpoint.safetensors;

import java.util.List;

/**
 * The description of one array in the header of a safetensors file.
 *
 * @param name the name of the array
 * @param dtype the element type
 * @param shape the dimensions; empty for a single number
 * @param offset the position of the first byte, counted from the beginning of the file
 * @param bytes the number of bytes
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
