package dev.lancet.runtime.checkpoint.safetensors;

/** An array of floats, read as float32. */
@FunctionalInterface
public interface FloatReader {

    /** Copies {@code count} values, from index {@code from} on, into an array from index {@code at} on. */
    void copy(int from, float[] into, int at, int count);
}
