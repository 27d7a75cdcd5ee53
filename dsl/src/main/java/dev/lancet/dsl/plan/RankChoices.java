package dev.lancet.dsl.plan;

import dev.lancet.dsl.Compression.Clause;
import dev.lancet.dsl.Weight;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * The forms that a budget can choose for a layer, counted from 1. Form r is a pair of factors of rank r, as long as
 * they take fewer bytes than the unfactorized layer. The last form is the unfactorized layer.
 */
final class RankChoices {

    static final String IN_ONE_PIECE = "stays in one piece";

    private final Step whole;
    private final Clause clause;
    private final Optional<List<Double>> values;
    private final int factored;

    RankChoices(Step whole, Clause clause, Spectra spectra) {
        this.whole = whole;
        this.clause = clause;
        this.values = spectra.of(whole.weight().name());
        this.factored = largestRank();
    }

    private int largestRank() {
        int rank = Math.min(weight().breakEvenRank(), whole.rank().orElse(Integer.MAX_VALUE)) - 1;
        while (rank > 0 && factors(rank).bytes() >= whole.bytes()) {
            rank--;
        }
        return rank;
    }

    Weight weight() {
        return whole.weight();
    }

    /** The number of forms, which is also the number of the last form. */
    int forms() {
        return factored + 1;
    }

    long bytes(int form) {
        return form > factored ? whole.bytes() : factors(form).bytes();
    }

    long wholeBytes() {
        return whole.bytes();
    }

    /** The largest form with at most this share of the matrix's parameters, or rank 1 if no form is that small. */
    int formOf(double share) {
        long rank = (long) (share * weight().parameters() / (weight().rows() + (long) weight().columns()));
        return (int) Math.max(1, Math.min(rank, forms()));
    }

    /** Whether the singular values of the layer are known. */
    boolean measured() {
        return values.isPresent();
    }

    /** The share of the squared singular values that each form keeps, {@code [forms + 1]}; index 0 is unused. */
    double[] kept() {
        List<Double> known = values.orElseThrow();
        double total = known.stream().mapToDouble(value -> value * value).sum();
        double[] kept = new double[forms() + 1];
        for (int form = 1; form <= factored; form++) {
            double value = form <= known.size() ? known.get(form - 1) : 0;
            kept[form] = kept[form - 1] + (total == 0 ? 0 : value * value / total);
        }
        kept[forms()] = 1;
        return kept;
    }

    /** The step for a form of the layer; the reason follows the clause in its text. */
    Step step(int form, String reason) {
        String because = clause + ": " + reason;
        if (form > factored) {
            return whole.stored(whole.precision(), because);
        }
        if (clause.treatment().between().isPresent()) {
            return Step.factorise(weight(), form, whole.precision(), because)
                    .with(clause.treatment().between().get());
        }
        OptionalDouble error = values.map(known -> OptionalDouble.of(Spectra.errorAt(known, form)))
                .orElse(OptionalDouble.empty());
        return Step.factorise(weight(), form, whole.precision(), because).predicting(error);
    }

    private Step factors(int rank) {
        return Step.factorise(weight(), rank, whole.precision(), "");
    }
}
