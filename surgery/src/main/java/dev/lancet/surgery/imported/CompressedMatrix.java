package dev.lancet.surgery.imported;

import dev.lancet.dsl.Precision;
import dev.lancet.dsl.Role;
import dev.lancet.dsl.Weight;
import dev.lancet.dsl.plan.Step;
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
 * @param precision how it, or each factor, is stored
 * @param table whether its rows are looked up, or have a scale each, as those of tables
 * @param arrays the variables that hold it
 */
public record CompressedMatrix(
        String name,
        int rows,
        int columns,
        OptionalInt rank,
        Precision precision,
        boolean table,
        List<GraphVariable> arrays) {

    /** Why a plan leaves such a matrix alone. */
    static final String ALREADY = "it is so already";

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

    /** The step of a plan that leaves it as it is. */
    Step step() {
        Role role = table ? Role.EMBEDDING : Role.LINEAR;
        return new Step(new Weight(name, role, -1, rows, columns), rank, precision, ALREADY);
    }
}
