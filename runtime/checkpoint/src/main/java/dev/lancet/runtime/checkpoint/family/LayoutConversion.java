package dev.lancet.runtime.checkpoint.family;

import dev.lancet.dsl.Weight;
import dev.lancet.runtime.checkpoint.safetensors.Dtype;
import dev.lancet.runtime.checkpoint.safetensors.FloatReader;
import dev.lancet.runtime.checkpoint.safetensors.FloatSource;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;

/** Converts a weight between its own layout and the array of a file that holds it. */
public final class LayoutConversion {

    /** How many rows are transposed together, so that each cache line is used completely. */
    private static final int BAND = 32;

    private LayoutConversion() {}

    /** The weight in its own layout: {@code [rows, columns]} in row-major order. */
    public static void take(FloatReader from, TensorMapping mapping, Weight weight, FloatBuffer into) {
        if (mapping.transposed()) {
            transpose(rows(from, mapping, weight.rows()), weight.columns(), weight.rows(), into);
            return;
        }
        int run = run(mapping, weight);
        float[] row = new float[weight.columns()];
        for (int i = 0; i < weight.rows(); i++) {
            for (int c = 0; c < row.length; c += run) {
                from.copy(i * mapping.arrayColumns() + mapping.place(c), row, c, run);
            }
            into.put(row);
        }
    }

    /** The rows of an array that belong to a weight, as if they followed one another. They are read as whole rows. */
    private static FloatReader rows(FloatReader from, TensorMapping mapping, int length) {
        if (mapping.group() == 0) {
            int before = mapping.first() * length;
            return (at, floats, to, count) -> from.copy(before + at, floats, to, count);
        }
        return (at, floats, to, count) -> {
            for (int done = 0; done < count; done += length) {
                from.copy(mapping.place((at + done) / length) * length, floats, to + done, length);
            }
        };
    }

    /** How many columns follow one another. */
    private static int run(TensorMapping mapping, Weight weight) {
        return mapping.group() == 0 ? weight.columns() : mapping.group();
    }

    /** Copies a weight to its place in an array of the mapping's shape. */
    public static void put(ByteBuffer weightBytes, TensorMapping mapping, Weight weight, FloatBuffer array) {
        FloatSource from = new FloatSource(Dtype.F32, weightBytes);
        int run = run(mapping, weight);
        if (mapping.transposed()) {
            int count = Math.multiplyExact(weight.rows(), weight.columns());
            if (mapping.group() == 0) {
                transpose(from, weight.rows(), weight.columns(), array.slice(mapping.first() * weight.rows(), count));
                return;
            }
            FloatBuffer turned = FloatBuffer.allocate(count);
            transpose(from, weight.rows(), weight.columns(), turned);
            for (int c = 0; c < weight.columns(); c += run) {
                array.put(mapping.place(c) * weight.rows(), turned, c * weight.rows(), run * weight.rows());
            }
            return;
        }
        float[] row = new float[weight.columns()];
        for (int i = 0; i < weight.rows(); i++) {
            from.copy(i * row.length, row, 0, row.length);
            for (int c = 0; c < row.length; c += run) {
                array.put(i * mapping.arrayColumns() + mapping.place(c), row, c, run);
            }
        }
    }

    /** Transposes {@code [height, breadth]} to {@code [breadth, height]}. */
    public static void transpose(FloatReader from, int height, int breadth, FloatBuffer into) {
        float[] band = new float[BAND * breadth];
        float[] line = new float[BAND];
        for (int first = 0; first < height; first += BAND) {
            int lines = Math.min(BAND, height - first);
            from.copy(first * breadth, band, 0, lines * breadth);
            for (int c = 0; c < breadth; c++) {
                for (int r = 0; r < lines; r++) {
                    line[r] = band[r * breadth + c];
                }
                into.put(c * height + first, line, 0, lines);
            }
        }
    }
}
