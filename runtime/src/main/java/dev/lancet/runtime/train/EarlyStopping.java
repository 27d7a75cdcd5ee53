package dev.lancet.runtime.train;

import dev.lancet.dsl.recipe.ValidationPolicy;
import dev.lancet.runtime.train.log.TrainingLog;
import java.util.Locale;
import java.util.Optional;

/** Which validation was the best so far, and whether there were enough without improvement since. */
final class EarlyStopping {

    private final Optional<ValidationPolicy.Early> early;
    private Optional<TrainingLog.Validation> best = Optional.empty();
    private double improved = Double.POSITIVE_INFINITY;
    private int since;

    EarlyStopping(Optional<ValidationPolicy.Early> early) {
        this.early = early;
    }

    /** Takes the next validation; whether it is the best. */
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

    /** The best one; empty where nothing is ended early, for then the last weights count. */
    Optional<TrainingLog.Validation> validation() {
        return best;
    }

    /** Whether it is enough. */
    boolean enough() {
        return early.isPresent() && since >= early.get().patience();
    }

    /** What is worth knowing of it on the way. */
    String note() {
        return best.map(validation ->
                        String.format(Locale.ROOT, " (best %.3f at step %d)", validation.loss(), validation.step()))
                .orElse("");
    }
}
