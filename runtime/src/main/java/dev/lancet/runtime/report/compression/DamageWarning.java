package dev.lancet.runtime.report.compression;

import dev.lancet.compression.Fidelity;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.runtime.calibration.Quality;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Warns of a model that is probably destroyed. */
public final class DamageWarning {

    /** Rounding to 4 bits stays below this relative error; the rank cuts that destroyed a model exceed it. */
    private static final double DAMAGE = 0.2;

    /** A model whose perplexity doubled, or whose outputs point elsewhere, answers something else. */
    private static final double LEAST_RECOVERY = 0.5;

    private static final double LEAST_COSINE = 0.8;

    private DamageWarning() {}

    /** One line about matrices that lost too much to a lower rank; empty if there are none. */
    public static Optional<String> of(Plan plan, List<Fidelity> losses) {
        long damaged = losses.stream()
                .filter(loss -> plan.step(loss.weight()).rank().isPresent() && loss.relativeFrobenius() > DAMAGE)
                .count();
        return damaged == 0
                ? Optional.empty()
                : Optional.of(String.format(
                        Locale.ROOT,
                        "%d of %d matrices lost more than %.0f %% of their norm to a lower rank; the model is probably"
                                + " destroyed: give --calibrate, or use --bits 4 instead of the rank",
                        damaged,
                        plan.steps().size(),
                        100 * DAMAGE));
    }

    /** One line about a measured quality that is far from the original's; empty if it is near. */
    public static Optional<String> of(Quality quality) {
        double least = quality.language().isPresent() ? LEAST_RECOVERY : LEAST_COSINE;
        return quality.recovery() >= least
                ? Optional.empty()
                : Optional.of("The model is probably destroyed: "
                        + QualityWords.change(quality)
                        + ". Keep more bits, allow a larger budget, or add --recover.");
    }
}
