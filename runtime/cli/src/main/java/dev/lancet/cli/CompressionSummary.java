package dev.lancet.cli;

import dev.lancet.compression.Fidelity;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.runtime.calibration.QualityText;
import dev.lancet.runtime.compress.CalibratedCompression.Outcome;
import dev.lancet.runtime.recovery.RecoveryResult;
import dev.lancet.runtime.report.compression.CompressionReport;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** What a compression did and what it cost, for the screen. */
record CompressionSummary(CompressionReport report) {

    /** The lines on the screen. */
    String text(Path out, List<Path> files) {
        Plan plan = report.plan();
        StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT,
                "%d of %d matrices changed, %,d -> %,d bytes, %.2fx smaller%nsaved %s%n",
                plan.changedSince(report.before()).size(),
                plan.steps().size(),
                plan.bytesBefore(),
                plan.bytesAfter(),
                plan.compression(),
                out));
        text.append(quality());
        files.forEach(file -> text.append("wrote ").append(file).append('\n'));
        return text.toString();
    }

    /** What is known of the cost. */
    private String quality() {
        return report.outcome().map(CompressionSummary::measured).orElseGet(this::unmeasured);
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
        report.losses().stream()
                .max(Comparator.comparingDouble(Fidelity::relativeFrobenius))
                .ifPresent(worst -> text.append(String.format(
                        Locale.ROOT,
                        "largest relative error of a matrix: %.3g (%s)%n",
                        worst.relativeFrobenius(),
                        worst.weight())));
        report.damage().ifPresent(line -> text.append("warning: ").append(line).append('\n'));
        return text.append("quality of the whole model: unknown; give data with --calibrate FILE\n")
                .toString();
    }
}
