package dev.lancet.dsl.plan;

import dev.lancet.dsl.Adapter;
import dev.lancet.dsl.Correction;
import dev.lancet.dsl.Initialisation;
import dev.lancet.dsl.Nonlinearity;
import dev.lancet.dsl.Precision;
import dev.lancet.dsl.Weight;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.stream.Stream;

/**
 * What a plan does to one matrix, and why. Surgery and compression communicate only through steps.
 *
 * @param weight the uncompressed matrix
 * @param rank the rank of its two factors, or empty if it stays in one piece
 * @param precision how the matrix, or each factor, is stored
 * @param because the clause that applies, or the reason why the matrix stays unchanged
 * @param predictedError relative Frobenius error of the truncation, or empty if the singular values are not known
 * @param between the nonlinearity between the factors, or empty for a plain product
 * @param initialisation how to initialize fresh factors, or empty for the default
 * @param adapter the adapter beside the matrix, or empty for none
 * @param correction the correction of what the rounding of the matrix lost, or empty for none
 */
public record Step(
        Weight weight,
        OptionalInt rank,
        Precision precision,
        String because,
        OptionalDouble predictedError,
        Optional<Nonlinearity> between,
        Optional<Initialisation> initialisation,
        Optional<Adapter> adapter,
        Optional<Correction> correction) {

    public Step {
        StepValidation.check(weight, rank, precision, between, initialisation);
        adapter.ifPresent(some -> StepValidation.check(weight, between, some));
        correction.ifPresent(some -> StepValidation.check(weight, rank.isEmpty(), precision, some));
    }

    /** A step without a predicted error, nonlinearity, initialization, adapter or correction. */
    public Step(Weight weight, OptionalInt rank, Precision precision, String because) {
        this(
                weight,
                rank,
                precision,
                because,
                OptionalDouble.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    /** Leaves a matrix unchanged, for a reason. */
    public static Step keep(Weight weight, String because) {
        return new Step(weight, OptionalInt.empty(), Precision.float32(), because);
    }

    /** Replaces a matrix by two factors of this rank, for a reason. */
    public static Step factorise(Weight weight, int rank, Precision precision, String because) {
        return new Step(weight, OptionalInt.of(rank), precision, because);
    }

    /** The same step with the predicted relative Frobenius error of the truncation, if it is known. */
    public Step predicting(OptionalDouble error) {
        return new Step(weight, rank, precision, because, error, between, initialisation, adapter, correction);
    }

    /** The same step with a nonlinearity between the factors. */
    public Step with(Nonlinearity curve) {
        return new Step(
                weight,
                rank,
                precision,
                because,
                OptionalDouble.empty(),
                Optional.of(curve),
                initialisation,
                adapter,
                correction);
    }

    /** The same step with this initialization of fresh factors; no change if the matrix stays in one piece. */
    public Step beginning(Initialisation how) {
        return rank.isEmpty()
                ? this
                : new Step(
                        weight,
                        rank,
                        precision,
                        because,
                        predictedError,
                        between,
                        Optional.of(how),
                        adapter,
                        correction);
    }

    /** The same step in another precision, for a reason. Any factors and adapter stay; a correction does not. */
    public Step stored(Precision bits, String reason) {
        return new Step(weight, rank, bits, reason, predictedError, between, initialisation, adapter, Optional.empty());
    }

    /** The same step for another reason. */
    public Step explained(String reason) {
        return beside(reason, adapter, correction);
    }

    /** The same step with a correction of what its rounding loses, for a reason. */
    public Step corrected(Correction restored, String reason) {
        return beside(reason, adapter, Optional.of(restored));
    }

    /** The same step with an adapter, for a reason. */
    public Step adapted(Adapter beside, String reason) {
        return beside(reason, Optional.of(beside), correction);
    }

    /** The same step after its adapter, if any, is merged. A correction stays. */
    public Step merged() {
        return beside(because + (adapter.isEmpty() ? "" : ", merged"), Optional.empty(), correction);
    }

    /**
     * The same step with its factors or its correction multiplied out to one float32 matrix. A matrix in one piece without a
     * correction keeps its storage, and an adapter stays.
     */
    public Step folded() {
        return rank.isEmpty() && correction.isEmpty()
                ? this
                : keep(weight, because).beside(because + ", multiplied out", adapter, Optional.empty());
    }

    private Step beside(String reason, Optional<Adapter> trained, Optional<Correction> restored) {
        return new Step(weight, rank, precision, reason, predictedError, between, initialisation, trained, restored);
    }

    /** Stores a matrix in one piece in fewer bits, for a reason. */
    public static Step quantize(Weight weight, Precision precision, String because) {
        return new Step(weight, OptionalInt.empty(), precision, because);
    }

    /** Whether the matrix stays in one float32 piece, without an adapter. */
    public boolean keeps() {
        return rank.isEmpty() && !precision.narrow() && adapter.isEmpty();
    }

    /**
     * All matrices that the compressed model stores: the {@link #baseMatrices}, the {@link #correctionMatrices
     * correction}, then the {@link #adapterMatrices adapter} and the {@link #adapterConstants constants} that it needs.
     */
    public List<StoredMatrix> matrices() {
        List<StoredMatrix> all = new ArrayList<>(baseMatrices());
        all.addAll(correctionMatrices());
        all.addAll(adapterMatrices());
        all.addAll(adapterConstants());
        return List.copyOf(all);
    }

    /**
     * The trained matrices of the adapter in float32: A {@code [rows, rank]}, B {@code [rank, columns]} and, if it is
     * decomposed, the lengths {@code [1, columns]}; or an empty list.
     */
    public List<StoredMatrix> adapterMatrices() {
        return adapter.map(some -> Stream.concat(
                                Stream.of(
                                        columns(weight.adapterA(), weight.rows(), some.rank(), Precision.float32()),
                                        columns(weight.adapterB(), some.rank(), weight.columns(), Precision.float32())),
                                decomposed(weight.magnitude()))
                        .toList())
                .orElse(List.of());
    }

    /** The constants of a decomposed adapter: the column norms of the frozen matrix, {@code [1, columns]}; or an empty list. */
    public List<StoredMatrix> adapterConstants() {
        return decomposed(weight.frozenNorm()).toList();
    }

    private Stream<StoredMatrix> decomposed(String name) {
        return adapter.filter(Adapter::decomposed).stream()
                .map(some -> columns(name, 1, weight.columns(), Precision.float32()));
    }

    /** The two matrices of the correction, A {@code [rows, rank]} and B {@code [rank, columns]}; or an empty list. */
    public List<StoredMatrix> correctionMatrices() {
        return correction
                .map(some -> List.of(
                        columns(weight.correctionA(), weight.rows(), some.rank(), some.precision()),
                        columns(weight.correctionB(), some.rank(), weight.columns(), some.precision())))
                .orElse(List.of());
    }

    private static StoredMatrix columns(String name, int rows, int columns, Precision precision) {
        return new StoredMatrix(name, rows, columns, precision, StoredMatrix.Channels.COLUMNS);
    }

    /**
     * The matrices that replace the weight: one piece {@code [rows, columns]}, or the left factor {@code [rows, rank]}
     * and the right factor {@code [rank, columns]}. The left factor of an embedding table is an embedding table; its
     * right factor is an ordinary linear matrix.
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

    /** Parameters after compression, without scales. */
    public long parameters() {
        return matrices().stream()
                .mapToLong(matrix -> (long) matrix.rows() * matrix.columns())
                .sum();
    }

    /** Bytes after compression, with scales. */
    public long bytes() {
        return matrices().stream().mapToLong(StoredMatrix::bytes).sum();
    }
}
