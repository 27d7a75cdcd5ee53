package dev.lancet.runtime.report.compression;

import dev.lancet.compression.Fidelity;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.runtime.calibration.Quality;
import dev.lancet.runtime.compress.CalibratedCompression.Outcome;
import dev.lancet.runtime.report.page.ReportFiles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a compression did to a model and what it cost. The same results give the same files, byte for byte, but for the
 * seconds.
 *
 * @param before the form of every matrix before
 * @param plan the form of every matrix as it is written
 * @param losses the error of every changed matrix
 * @param outcome what was measured; empty without calibration data
 * @param command how it came about
 * @param notes warnings that do not follow from the results
 */
public record CompressionReport(
        Plan before,
        Plan plan,
        List<Fidelity> losses,
        Optional<Outcome> outcome,
        CommandFacts command,
        List<String> notes) {

    public CompressionReport {
        losses = List.copyOf(losses);
        notes = List.copyOf(notes);
    }

    /** A report without further notes. */
    public CompressionReport(
            Plan before, Plan plan, List<Fidelity> losses, Optional<Outcome> outcome, CommandFacts command) {
        this(before, plan, losses, outcome, command, List.of());
    }

    /** The same report with these warnings beside those that follow from the results. */
    public CompressionReport noting(List<String> further) {
        return new CompressionReport(before, plan, losses, outcome, command, further);
    }

    /** The measured quality; empty without calibration data. */
    Optional<Quality> quality() {
        return outcome.map(Outcome::quality);
    }

    /** How many times smaller the model is than it was. */
    double timesSmaller() {
        return (double) before.bytesAfter() / plan.bytesAfter();
    }

    /** What is to be feared for the whole model; empty if nothing is known to be wrong. */
    public Optional<String> damage() {
        return outcome.isPresent() ? quality().flatMap(DamageWarning::of) : DamageWarning.of(plan, losses);
    }

    /** Every warning, the worst first. */
    public List<String> warnings() {
        List<String> all = new ArrayList<>();
        damage().ifPresent(all::add);
        outcome.flatMap(Outcome::warning).ifPresent(all::add);
        all.addAll(notes);
        return List.copyOf(all);
    }

    /** Every changed matrix, that with the largest error first. */
    List<ChangedLayer> changed() {
        return losses.stream()
                .map(loss -> ChangedLayer.of(this, loss))
                .sorted(Comparator.comparingDouble(ChangedLayer::error).reversed())
                .toList();
    }

    /** How long the conversion of the matrices took. */
    String timing() {
        return String.format(
                Locale.ROOT,
                "%.1f s for the conversion of the matrices, added up over all threads",
                losses.stream().mapToDouble(Fidelity::seconds).sum());
    }

    /** The title: the model and what was done. */
    public String title() {
        return CompressionVerdict.title(this);
    }

    /** One sentence: how much smaller, and how good. */
    public String verdict() {
        return CompressionVerdict.verdict(this);
    }

    /** The report as one HTML page without external files. */
    public String html() {
        return new CompressionPage(this).toString();
    }

    /** The report as Markdown. */
    public String markdown() {
        return new CompressionMarkdown(this).toString();
    }

    /** The result for programs: the plan, the error of every changed matrix, the quality, what a budget tried. */
    public Map<String, @Nullable Object> document() {
        return CompressionDocument.of(this);
    }

    /** The document, with title, verdict, command, facts and singular values. */
    public String json() {
        return ReportFiles.json(CompressionDocument.complete(this));
    }

    /**
     * Writes report.json, report.md and report.html into a folder, each whole or not at all.
     *
     * @return the three files
     * @throws dev.lancet.dsl.LancetException if the folder cannot be written
     */
    public List<Path> write(Path folder) {
        Map<String, String> texts = new LinkedHashMap<>();
        texts.put("report.json", json());
        texts.put("report.md", markdown());
        texts.put("report.html", html());
        return ReportFiles.write(folder, texts);
    }
}
