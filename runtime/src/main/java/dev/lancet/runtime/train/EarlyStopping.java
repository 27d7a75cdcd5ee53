package dev.lancet.runtime.train;

import dev.lancet.dsl.recipe.ValidationPolicy;
import dev.lancet.runtime.train.log.TrainingLog;
import java.util.Locale;
import java.util.Optional;

/** Finds the best validation, and decides whether enough validations without improvement followed it. */
final class EarlyStopping {

    private final Optional<ValidationPolicy.Early> early;
    private Optional<TrainingLog.Validation> best = Optional.empty();
    private double improved = Double.POSITIVE_INFINITY;
    private int since;

    EarlyStopping(Optional<ValidationPolicy.Early> early) {
        this.early = early;
    }

    /** Adds the next validation; returns whether it is the best. */
    boolean see(TrainingLog.Validation validation) {
        if (early.isEmpty()) {
            return false;
        }
        if (validation.loss() < improved - early.get().improvement()) {
            improved = validation.loss();
            since = 0;
        } else {
            since++;
        }
        boolean better = best.isEmpty() || validation.loss() < best.get().loss();
        if (better) {
            best = Optional.of(validation);
        }
        return better;
    }

    /** The best validation; empty without early stopping, because then the last weights count. */
    Optional<TrainingLog.Validation> validation() {
        return best;
    }

    /** Whether training should stop. */
    boolean enough() {
        return early.isPresent() && since >= early.get().patience();
    }

    /** The best validation so far, for the progress line. */
    String note() {
        return best.map(validation ->
                        String.format(Locale.ROOT, " (best %.3f at step %d)", validation.loss(), validation.step()))
                .orElse("");
    }
}
