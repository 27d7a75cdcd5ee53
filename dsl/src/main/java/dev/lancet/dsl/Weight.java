package dev.lancet.dsl;

import java.util.List;

/**
 * One trainable array of an uncompressed model: its name, role and shape.
 *
 * <p>A linear layer is {@code [rows = inputs, columns = outputs]} and computes {@code x · W}. A table
 * ({@link Role#table()}) is {@code [rows = entries, columns = width]}. A vector has one row.
 *
 * <p>This class defines all names that are derived from a weight. For {@code h.0.mlp.up}, the factors are {@code
 * h.0.mlp.up.left} and {@code h.0.mlp.up.right}, the adapter is {@code h.0.mlp.up.lora.a} and {@code
 * h.0.mlp.up.lora.b} (with {@code h.0.mlp.up.lora.magnitude} and {@code h.0.mlp.up.lora.norm} if it is decomposed),
 * and the correction is {@code h.0.mlp.up.correction.a} and {@code h.0.mlp.up.correction.b}. The
 * scales of a quantized array have the suffix {@code .scale}, its zero points {@code .zero}. If the scales are codes,
 * their step is {@code .scale.step}, and their mean {@code .scale.mean}.
 *
 * @param name the name from the declaration, for example {@code h.0.attn.q}
 * @param role its function in the model
 * @param block the block it belongs to, or -1 outside the blocks
 * @param rows number of rows, 1 for a vector
 * @param columns number of columns
 */
public record Weight(String name, Role role, int block, int rows, int columns) {

    public Weight {
        Check.that(!name.isBlank(), "weight: the name is empty; give it one");
        Check.that(rows > 0 && columns > 0, "weight %s: shape [%d, %d]; both must be positive", name, rows, columns);
        Check.that(role.matrix() || rows == 1, "weight %s: a %s is a vector; it has one row, not %d", name, role, rows);
    }

    /** The name of the left factor, {@code [rows, rank]}. */
    public String left() {
        return name + ".left";
    }

    /** The name of the right factor, {@code [rank, columns]}. */
    public String right() {
        return name + ".right";
    }

    /** The name of an adapter's first factor, {@code [rows, rank]}. */
    public String adapterA() {
        return name + ".lora.a";
    }

    /** The name of an adapter's second factor, {@code [rank, columns]}. */
    public String adapterB() {
        return name + ".lora.b";
    }

    /** The name of the lengths that a decomposed adapter trains, {@code [1, columns]}. */
    public String magnitude() {
        return name + ".lora.magnitude";
    }

    /** The name of the column norms of the frozen matrix beside a decomposed adapter, {@code [1, columns]}. */
    public String frozenNorm() {
        return name + ".lora.norm";
    }

    /** The name of a correction's first factor, {@code [rows, rank]}. */
    public String correctionA() {
        return name + ".correction.a";
    }

    /** The name of a correction's second factor, {@code [rank, columns]}. */
    public String correctionB() {
        return name + ".correction.b";
    }

    /** The name of the scales of a quantised array called {@code stored}. */
    public static String scale(String stored) {
        return stored + ".scale";
    }

    /** The name of the steps between the scales of a quantised array called {@code stored}. */
    public static String scaleStep(String stored) {
        return scale(stored) + ".step";
    }

    /** The name of the means of the scales of a quantised array called {@code stored}. */
    public static String scaleMean(String stored) {
        return scale(stored) + ".mean";
    }

    /** The name of the zero points of a quantised array called {@code stored}. */
    public static String zeroPoint(String stored) {
        return stored + ".zero";
    }

    /** The names of all arrays that a quantised array called {@code stored} can have, in their order. */
    public static List<String> quantizedArrays(String stored) {
        return List.of(stored, scale(stored), scaleStep(stored), scaleMean(stored), zeroPoint(stored));
    }

    /** {@code [rows, columns]}, or {@code [columns]} for a vector. */
    public List<Integer> shape() {
        return role.matrix() ? List.of(rows, columns) : List.of(columns);
    }

    /** Number of elements. */
    public long parameters() {
        return (long) rows * columns;
    }

    /** Bytes as float32. */
    public long bytes() {
        return 4 * parameters();
    }

    /** The smallest rank at which two factors are no smaller than the matrix: {@code ⌈mn / (m + n)⌉}. */
    public int breakEvenRank() {
        long sum = (long) rows + columns;
        return (int) ((parameters() + sum - 1) / sum);
    }
}
