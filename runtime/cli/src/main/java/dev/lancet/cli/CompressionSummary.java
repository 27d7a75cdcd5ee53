package dev.lancet.cli;

import dev.lancet.compression.Fidelity;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.runtime.calibration.QualityText;
import dev.lancet.runtime.compress.CalibratedCompression;
import dev.lancet.runtime.compress.CalibratedCompression.Outcome;
import dev.lancet.runtime.recovery.RecoveryResult;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a compression did and what it cost, for the screen and as JSON.
 *
 * @param before the form of every matrix before
 * @param plan the form of every matrix
 * @param losses the error of every changed matrix
 * @param outcome what was measured; empty without calibration data
 */
record CompressionSummary(
        Plan before, Plan plan, List<Fidelity> losses, Optional<CalibratedCompression.Outcome> outcome) {

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
        return outcome.map(CompressionSummary::measured).orElseGet(this::unmeasured);
    }

    private static String measured(Outcome outcome) {
        StringBuilder text = new StringBuilder();
        outcome.tried()
                .forEach(one -> text.append(String.format(
                        Locale.ROOT,
                        "tried %s: %,d bytes, %.2fx, distance %.3g%n",
                        one.setting(),
                        one.plan().bytesAfter(),
                        one.plan().compression(),
                        one.quality().distance())));
        outcome.recovered().ifPresent(recovered -> text.append(recovery(recovered)));
        text.append(QualityText.of(outcome.quality()));
        outcome.warning().ifPresent(line -> text.append(line).append('\n'));
        return text.toString();
    }

    private static String recovery(RecoveryResult recovered) {
        return String.format(
                Locale.ROOT,
                "recovery: distance %.3g -> %.3g, %.0f %% of the loss won back in at most %d steps; the errors of"
                        + " single matrices are those before it%n",
                recovered.before().distance(),
                recovered.after().distance(),
                100 * recovered.ratio(),
                recovered.steps());
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
        warning().ifPresent(text::append);
        return text.append("quality of the whole model: unknown; give data with --calibrate FILE\n")
                .toString();
    }

    private Optional<String> warning() {
        long damaged = losses.stream()
                .filter(loss -> plan.step(loss.weight()).rank().isPresent() && loss.relativeFrobenius() > DAMAGE)
                .count();
        return damaged == 0
                ? Optional.empty()
                : Optional.of(String.format(
                        Locale.ROOT,
                        "warning: %d of %d matrices lost more than %.0f %% of their norm to a lower rank; the model is"
                                + " probably destroyed: give --calibrate, or use --bits 4 instead of the rank%n",
                        damaged,
                        plan.steps().size(),
                        100 * DAMAGE));
    }

    /** The measured quality, or that there is none. */
    Map<String, @Nullable Object> document() {
        Map<String, @Nullable Object> quality =
                outcome.map(Outcome::quality).map(QualityDocument::of).orElseGet(QualityDocument::unmeasured);
        Optional<String> warned = outcome.isPresent() ? outcome.get().warning() : warning();
        quality.put("warnings", warned.map(String::strip).stream().toList());
        Map<String, @Nullable Object> document = new LinkedHashMap<>();
        document.put("quality", quality);
        outcome.flatMap(Outcome::recovered)
                .ifPresent(recovered -> document.put("recovery", QualityDocument.of(recovered)));
        return document;
    }
}
