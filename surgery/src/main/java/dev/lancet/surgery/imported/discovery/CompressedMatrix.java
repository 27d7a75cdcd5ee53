package dev.lancet.surgery.imported.discovery;

import dev.lancet.dsl.Precision;
import dev.lancet.dsl.Role;
import dev.lancet.dsl.Weight;
import dev.lancet.dsl.plan.Step;
import dev.lancet.surgery.graph.ElementTypes;
import java.util.List;
import java.util.OptionalInt;

/**
 * A matrix that Lancet made smaller before: a pair of factors, floats of 16 bits, codes with their scales, or a mixture.
 *
 * @param name what it was called, and is where it is in one piece
 * @param rows its rows
 * @param columns its columns
 * @param storage how it is stored
 * @param arrays the variables that hold it
 */
public record CompressedMatrix(String name, int rows, int columns, Storage storage, List<GraphVariable> arrays) {

    /** Why a plan leaves such a matrix alone. */
    public static final String ALREADY = "it is so already";

    /**
     * How a matrix is stored.
     *
     * @param rank of its factors, or empty if it is in one piece
     * @param precision how it, or each factor, is stored
     * @param table whether its rows are looked up, or have a scale each, as those of tables
     */
    public record Storage(OptionalInt rank, Precision precision, boolean table) {
        static Storage whole(Precision precision, boolean table) {
            return new Storage(OptionalInt.empty(), precision, table);
        }
    }

    public CompressedMatrix {
        arrays = List.copyOf(arrays);
    }

    /** The rank of its factors, or empty if it is in one piece. */
    public OptionalInt rank() {
        return storage.rank();
    }

    /** How it, or each factor, is stored. */
    public Precision precision() {
        return storage.precision();
    }

    /** Whether its rows are looked up, or have a scale each, as those of tables. */
    public boolean table() {
        return storage.table();
    }

    /** What the arrays take. */
    public long bytes() {
        return arrays.stream().mapToLong(CompressedMatrix::bytes).sum();
    }

    public static long bytes(GraphVariable array) {
        return array.shape().stream().reduce((long) ElementTypes.bytes(array.type()), (a, b) -> a * b);
    }

    /** The step of a plan that leaves it as it is. */
    Step step() {
        Role role = table() ? Role.EMBEDDING : Role.LINEAR;
        return new Step(new Weight(name, role, -1, rows, columns), rank(), precision(), ALREADY);
    }
}
