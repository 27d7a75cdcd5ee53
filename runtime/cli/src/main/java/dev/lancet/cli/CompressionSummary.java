package dev.lancet.cli;

import dev.lancet.compression.Fidelity;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.runtime.budget.WeightErrorSearch;
import dev.lancet.runtime.compress.CalibratedCompression;
import dev.lancet.runtime.compress.OutcomeText;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a compression did and what it cost, for the screen and as JSON.
 *
 * @param before the form of every matrix before
 * @param plan the form of every matrix
 * @param losses the error of every changed matrix
 * @param outcome what was measured; empty without calibration data
 * @param chosen whether a budget chose the forms
 */
record CompressionSummary(
        Plan before,
        Plan plan,
        List<Fidelity> losses,
        Optional<CalibratedCompression.Outcome> outcome,
        boolean chosen) {

    /** Rounding to 4 bits stays below this relative error; the rank cuts that destroyed a model exceed it. */
    private static final double DAMAGE = 0.2;

    CompressionSummary {
        losses = List.copyOf(losses);
    }

    /** The lines on the screen. */
    String text(Path out, List<Path> report) {
        StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT,
                "%d of %d matrices changed, %,d -> %,d bytes, %.2fx smaller%nsaved %s%n",
                plan.changedSince(before).size(),
                plan.steps().size(),
                plan.bytesBefore(),
                plan.bytesAfter(),
                plan.compression(),
                out));
        text.append(quality());
        report.forEach(file -> text.append("wrote ").append(file).append('\n'));
        return text.toString();
    }

    /** What is known of the cost. */
    String quality() {
        return outcome.map(OutcomeText::of).orElseGet(this::unmeasured);
    }

    /** Without data: the error of single matrices, a warning, and what to do. */
    private String unmeasured() {
        StringBuilder text = new StringBuilder();
        losses.stream()
                .max(Comparator.comparingDouble(Fidelity::relativeFrobenius))
                .ifPresent(worst -> text.append(String.format(
                        Locale.ROOT,
                        "largest relative error of a matrix: %.3g (%s)%n",
                        worst.relativeFrobenius(),
                        worst.weight())));
        warnings().forEach(line -> text.append("warning: ").append(line).append('\n'));
        return text.append("quality of the whole model: unknown; give data with --calibrate FILE\n")
                .toString();
    }

    private List<String> warnings() {
        return Stream.concat(chosen ? Stream.of(WeightErrorSearch.NOTE) : Stream.of(), damage().stream())
                .toList();
    }

    private Optional<String> damage() {
        long damaged = losses.stream()
                .filter(loss -> plan.step(loss.weight()).rank().isPresent() && loss.relativeFrobenius() > DAMAGE)
                .count();
        return damaged == 0
                ? Optional.empty()
                : Optional.of(String.format(
                        Locale.ROOT,
                        "%d of %d matrices lost more than %.0f %% of their norm to a lower rank; the model is"
                                + " probably destroyed: give --calibrate, or use --bits 4 instead of the rank",
                        damaged,
                        plan.steps().size(),
                        100 * DAMAGE));
    }

    /** The measured quality, or that there is none. */
    Map<String, @Nullable Object> document() {
        return outcome.map(QualityDocument::of).orElseGet(() -> QualityDocument.unmeasured(warnings()));
    }
}
