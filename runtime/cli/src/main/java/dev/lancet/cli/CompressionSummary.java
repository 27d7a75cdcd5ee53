package dev.lancet.cli;

import dev.lancet.compression.Fidelity;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.runtime.compress.OutcomeText;
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
        return report.outcome().map(OutcomeText::of).map(this::warned).orElseGet(this::unmeasured);
    }

    private String warned(String measured) {
        return measured + report.damage().map(line -> "warning: " + line + "\n").orElse("");
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
        report.warnings().forEach(line -> text.append("warning: ").append(line).append('\n'));
        return text.append("quality of the whole model: unknown; give data with --calibrate FILE\n")
                .toString();
    }
}
