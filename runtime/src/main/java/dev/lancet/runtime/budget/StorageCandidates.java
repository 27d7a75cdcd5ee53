package dev.lancet.runtime.budget;

import dev.lancet.dsl.Correction;
import dev.lancet.dsl.Precision;
import dev.lancet.dsl.plan.Step;
import java.util.ArrayList;
import java.util.List;

/** The forms that a budget can choose for a layer. */
final class StorageCandidates {

    /**
     * Precisions for a matrix in one piece. Each of them, for all layers, is also a uniform setting. bfloat16 is none of
     * them: a product with it also rounds the inputs of the layer, and loses more than 8 bits, which take half the bytes.
     */
    static final List<Precision> PRECISIONS = List.of(
            Precision.float32(),
            Precision.int8(),
            Precision.int4(32),
            Precision.int4(64),
            Precision.int4(128),
            Precision.int4(32).doubleQuantized(),
            Precision.int4(64).doubleQuantized(),
            Precision.int4(128).doubleQuantized(),
            Precision.nf4(32),
            Precision.nf4(64),
            Precision.nf4(64).doubleQuantized());

    private static final Precision SMALL = Precision.int4(64).doubleQuantized();
    private static final List<Integer> CORRECTIONS = List.of(8, 16, 32);

    /** A correction pays only in a matrix that is much wider. */
    private static final int TIMES_WIDER = 6;

    private static final List<Double> SHARES_IN_4_BITS = List.of(0.9, 0.8, 0.7, 0.6, 0.5, 0.35, 0.25);
    private static final List<Double> SHARES_IN_8_BITS = List.of(0.5, 0.35);

    /** Ranks are multiples of this, which suits the kernels of processors. */
    private static final int RANK_STEP = 8;

    private StorageCandidates() {}

    /**
     * The forms of a layer.
     *
     * @param step the layer as it is, in one float32 piece
     * @param ranks whether factors are allowed
     */
    static List<Step> of(Step step, boolean ranks) {
        List<Step> forms = new ArrayList<>();
        for (Precision precision : PRECISIONS) {
            forms.add(step.stored(precision, precision.toString()));
        }
        boolean table = step.weight().role().table();
        int side = Math.min(step.weight().rows(), step.weight().columns());
        for (int rank : CORRECTIONS) {
            if (!table && rank * TIMES_WIDER <= side) {
                Correction correction = Correction.correction(rank);
                forms.add(step.stored(SMALL, "").corrected(correction, SMALL + ", " + correction));
            }
        }
        if (ranks) {
            SHARES_IN_4_BITS.forEach(share -> factors(step, share, SMALL, forms));
            SHARES_IN_8_BITS.forEach(share -> factors(step, share, Precision.int8(), forms));
        }
        return forms;
    }

    private static void factors(Step step, double share, Precision precision, List<Step> forms) {
        int rank = (int) Math.round(share * step.weight().breakEvenRank() / RANK_STEP) * RANK_STEP;
        int side = Math.min(step.weight().rows(), step.weight().columns());
        if (rank >= RANK_STEP && rank < side) {
            forms.add(Step.factorise(step.weight(), rank, precision, "rank " + rank + ", " + precision));
        }
    }
}
