package dev.lancet.dsl.plan;

import dev.lancet.dsl.Adapter;
import dev.lancet.dsl.Initialisation;
import dev.lancet.dsl.Nonlinearity;
import dev.lancet.dsl.Precision;
import dev.lancet.dsl.Weight;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * What becomes of one matrix, and why. Surgery and compression know of each other only through steps.
 *
 * @param weight the matrix before
 * @param rank inner width of its two factors, or empty if it stays in one piece
 * @param precision how it, or each factor, is stored
 * @param because the clause that decided it, or the reason why it is left alone
 * @param predictedError relative Frobenius error of the truncation, where singular values were known
 * @param between what stands between the factors, or empty where their product is meant
 * @param initialisation how fresh factors begin, where that was said
 * @param adapter what is trained beside it, or empty for nothing
 */
public record Step(
        Weight weight,
        OptionalInt rank,
        Precision precision,
        String because,
        OptionalDouble predictedError,
        Optional<Nonlinearity> between,
        Optional<Initialisation> initialisation,
        Optional<Adapter> adapter) {

    public Step {
        if (!weight.role().matrix()) {
            throw new IllegalArgumentException("step: " + weight.name() + " is a vector; only matrices have steps");
        }
        if (rank.isPresent() && (rank.getAsInt() < 1 || rank.getAsInt() > Math.min(weight.rows(), weight.columns()))) {
            throw new IllegalArgumentException("step: rank " + rank.getAsInt() + " for " + weight.name() + " of shape "
                    + weight.shape() + "; it must lie between 1 and " + Math.min(weight.rows(), weight.columns()));
        }
        if (between.isPresent() && (rank.isEmpty() || weight.role().table())) {
            throw new IllegalArgumentException("step: " + between.get() + " for " + weight.name()
                    + "; it stands between the two factors of a linear layer, and nowhere else");
        }
        if (initialisation.isPresent() && rank.isEmpty()) {
            throw new IllegalArgumentException("step: " + initialisation.get() + " for " + weight.name()
                    + ", which stays in one piece; only factors begin so");
        }
        if (adapter.isPresent() && weight.role().table()) {
            throw new IllegalArgumentException("step: " + adapter.get() + " for " + weight.name()
                    + "; an adapter stands beside a linear layer, not beside a table");
        }
    }

    /** A step that predicts nothing, with factors that are multiplied and begin as they usually do, and no adapter. */
    public Step(Weight weight, OptionalInt rank, Precision precision, String because) {
        this(
                weight,
                rank,
                precision,
                because,
                OptionalDouble.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    /** Leaves a matrix alone, for a reason. */
    public static Step keep(Weight weight, String because) {
        return new Step(weight, OptionalInt.empty(), Precision.float32(), because);
    }

    /** Two factors of this rank, for a reason. */
    public static Step factorise(Weight weight, int rank, Precision precision, String because) {
        return new Step(weight, OptionalInt.of(rank), precision, because);
    }

    /** The same with the relative Frobenius error that the truncation will have, where it is known. */
    public Step predicting(OptionalDouble error) {
        return new Step(weight, rank, precision, because, error, between, initialisation, adapter);
    }

    /** The same with a nonlinearity between the factors. */
    public Step with(Nonlinearity curve) {
        return new Step(
                weight, rank, precision, because, OptionalDouble.empty(), Optional.of(curve), initialisation, adapter);
    }

    /** The same with fresh factors that begin so; what is in one piece has none. */
    public Step beginning(Initialisation how) {
        return rank.isEmpty()
                ? this
                : new Step(weight, rank, precision, because, predictedError, between, Optional.of(how), adapter);
    }

    /** The same weight in other bits, for a reason; its factors and its adapter, if there are any, stay as they are. */
    public Step stored(Precision bits, String reason) {
        return new Step(weight, rank, bits, reason, predictedError, between, initialisation, adapter);
    }

    /** The same with an adapter beside it, for a reason. */
    public Step adapted(Adapter beside, String reason) {
        return new Step(weight, rank, precision, reason, predictedError, between, initialisation, Optional.of(beside));
    }

    /** The same without an adapter; what there was is merged. */
    public Step merged() {
        String reason = because + (adapter.isEmpty() ? "" : ", merged");
        return new Step(weight, rank, precision, reason, predictedError, between, initialisation, Optional.empty());
    }

    /** One piece in fewer bits, for a reason. */
    public static Step quantize(Weight weight, Precision precision, String because) {
        return new Step(weight, OptionalInt.empty(), precision, because);
    }

    /** Whether the matrix stays in one float32 piece, with nothing beside it. */
    public boolean keeps() {
        return rank.isEmpty() && !precision.narrow() && adapter.isEmpty();
    }

    /** All matrices that are stored afterwards: the {@link #baseMatrices}, then the {@link #adapterMatrices adapter}. */
    public List<StoredMatrix> matrices() {
        List<StoredMatrix> all = new ArrayList<>(baseMatrices());
        all.addAll(adapterMatrices());
        return List.copyOf(all);
    }

    /** The two factors of the adapter, in float32: A {@code [rows, rank]} and B {@code [rank, columns]}; or none. */
    public List<StoredMatrix> adapterMatrices() {
        return adapter.map(some -> List.of(
                        floats(weight.adapterA(), weight.rows(), some.rank()),
                        floats(weight.adapterB(), some.rank(), weight.columns())))
                .orElse(List.of());
    }

    private static StoredMatrix floats(String name, int rows, int columns) {
        return new StoredMatrix(name, rows, columns, Precision.float32(), StoredMatrix.Channels.COLUMNS);
    }

    /**
     * What the matrix itself becomes: one piece, or the left factor {@code [rows, rank]} and the right one
     * {@code [rank, columns]}. The left factor of a table is a table; its right factor is an ordinary linear matrix.
     */
    public List<StoredMatrix> baseMatrices() {
        StoredMatrix.Channels channels =
                weight.role().table() ? StoredMatrix.Channels.ROWS : StoredMatrix.Channels.COLUMNS;
        if (rank.isEmpty()) {
            return List.of(new StoredMatrix(weight.name(), weight.rows(), weight.columns(), precision, channels));
        }
        int r = rank.getAsInt();
        return List.of(
                new StoredMatrix(weight.left(), weight.rows(), r, precision, channels),
                new StoredMatrix(weight.right(), r, weight.columns(), precision, StoredMatrix.Channels.COLUMNS));
    }

    /** Parameters afterwards, scales not counted. */
    public long parameters() {
        return matrices().stream()
                .mapToLong(matrix -> (long) matrix.rows() * matrix.columns())
                .sum();
    }

    /** Bytes afterwards, scales counted. */
    public long bytes() {
        return matrices().stream().mapToLong(StoredMatrix::bytes).sum();
    }
}
