package dev.lancet.surgery.imported.discovery;

import dev.lancet.dsl.Correction;
import dev.lancet.dsl.Precision;
import dev.lancet.dsl.Role;
import dev.lancet.dsl.Weight;
import dev.lancet.dsl.plan.Step;
import dev.lancet.surgery.graph.ElementTypes;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A matrix that Lancet already compressed: factors, 16-bit floats, codes with scales, codes with a
 * correction, or a combination.
 *
 * @param name the name of the whole matrix, also if it is stored in factors
 * @param rows its rows
 * @param columns its columns
 * @param storage the form of its storage
 * @param arrays the variables that hold it
 */
public record CompressedMatrix(String name, int rows, int columns, Storage storage, List<GraphVariable> arrays) {

    /** The reason why a plan leaves such a matrix unchanged. */
    public static final String ALREADY = "it is so already";

    /**
     * The form in which a matrix is stored.
     *
     * @param rank the rank of its factors, or empty if it is not factored
     * @param precision the precision of the matrix, or of each factor
     * @param table whether its rows are looked up, or its scales belong to rows, as in tables
     * @param correction the correction of what its rounding lost, or empty for none
     */
    public record Storage(OptionalInt rank, Precision precision, boolean table, Optional<Correction> correction) {
        static Storage whole(Precision precision, boolean table) {
            return new Storage(OptionalInt.empty(), precision, table, Optional.empty());
        }
    }

    public CompressedMatrix {
        arrays = List.copyOf(arrays);
    }

    /** The rank of its factors, or empty if it is not factored. */
    public OptionalInt rank() {
        return storage.rank();
    }

    /** The precision of the matrix, or of each factor. */
    public Precision precision() {
        return storage.precision();
    }

    /** Whether its rows are looked up, or its scales belong to rows, as in tables. */
    public boolean table() {
        return storage.table();
    }

    /** The correction of what its rounding lost, or empty for none. */
    public Optional<Correction> correction() {
        return storage.correction();
    }

    /** The bytes of its arrays. */
    public long bytes() {
        return arrays.stream().mapToLong(CompressedMatrix::bytes).sum();
    }

    public static long bytes(GraphVariable array) {
        return array.shape().stream().reduce((long) ElementTypes.bytes(array.type()), (a, b) -> a * b);
    }

    /** The step of a plan that leaves it unchanged. */
    Step step() {
        Role role = table() ? Role.EMBEDDING : Role.LINEAR;
        Step step = new Step(new Weight(name, role, -1, rows, columns), rank(), precision(), ALREADY);
        return correction().map(some -> step.corrected(some, ALREADY)).orElse(step);
    }
}
