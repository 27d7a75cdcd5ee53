package dev.lancet.surgery.imported;

import dev.lancet.surgery.savedmodel.ElementTypes;
import java.util.List;
import java.util.OptionalInt;

/**
 * A matrix that Lancet made smaller before: a pair of factors, floats of 16 bits, codes with their scales, or a mixture.
 *
 * @param name what it was called, and is where it is in one piece
 * @param rows its rows
 * @param columns its columns
 * @param rank of its factors, or empty if it is in one piece
 * @param precision how it is stored: {@code float}, {@code bfloat16}, {@code int8}, {@code int4} or {@code nf4}
 * @param table whether its rows are looked up, or have a scale each, as those of tables
 * @param arrays the variables that hold it
 */
public record CompressedMatrix(
        String name,
        int rows,
        int columns,
        OptionalInt rank,
        String precision,
        boolean table,
        List<GraphVariable> arrays) {

    public CompressedMatrix {
        arrays = List.copyOf(arrays);
    }

    /** What the arrays take. */
    public long bytes() {
        return arrays.stream().mapToLong(CompressedMatrix::bytes).sum();
    }

    static long bytes(GraphVariable array) {
        return array.shape().stream().reduce((long) ElementTypes.bytes(array.type()), (a, b) -> a * b);
    }

    /** {@code rank 12 int8}. */
    public String form() {
        return (rank.isPresent() ? "rank " + rank.getAsInt() + " " : "") + precision;
    }
}
