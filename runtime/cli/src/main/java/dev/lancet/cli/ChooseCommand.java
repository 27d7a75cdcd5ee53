package dev.lancet.cli;

import dev.lancet.cli.console.Console;
import dev.lancet.cli.console.LancetCommand;
import dev.lancet.cli.option.CalibrationOptions;
import dev.lancet.cli.option.ModelArgument;
import dev.lancet.dsl.Budget;
import dev.lancet.io.IoErrors;
import dev.lancet.runtime.budget.QualityCurve;
import dev.lancet.runtime.calibration.CalibrationData;
import dev.lancet.runtime.report.compression.ChoiceReport;
import dev.lancet.runtime.source.ModelSource;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lancet choose}: the curve of quality against bytes. */
@Command(
        name = "choose",
        description = {
            "Measure how good a model stays at several sizes, and print the table to choose from.",
            "No model is written. Each size is tried with the best choice of forms and with the uniform settings that fit."
        },
        footer = {
            "",
            "Examples:",
            "  lancet choose my-model --calibrate texts.jsonl",
            "  lancet choose encoder --calibrate rows.npz --sizes 3.5x,5x,6x,8x --out curve",
            "",
            "Then: lancet compress my-model --budget 6x --calibrate texts.jsonl \\",
            "          --out my-model-6x",
        })
final class ChooseCommand extends LancetCommand {

    private static final List<String> USUAL = List.of("2x", "3x", "4x", "5x", "6x", "8x");

    @Parameters(paramLabel = "MODEL", description = ModelArgument.MODEL_OR_GRAPH)
    private String what = "";

    @Mixin
    private final CalibrationOptions calibration = new CalibrationOptions();

    @Option(
            names = "--sizes",
            paramLabel = "SIZE",
            split = ",",
            description = "The sizes to try, as for --budget of compress (default: 2x,3x,4x,5x,6x,8x).")
    private List<String> sizes = List.of();

    @Option(
            names = "--bits-per-weight",
            paramLabel = "X",
            split = ",",
            description = "The sizes to try as mean numbers of bits, as for compress, for example 8,4.5,4. Instead of"
                    + " --sizes.")
    private List<Double> bitsPerWeight = List.of();

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "A folder for the curve as a report (report.html, report.md, report.json) and as a picture"
                    + " (curve.svg). It must not exist.")
    private Optional<Path> out = Optional.empty();

    ChooseCommand(Console console) {
        super(console);
    }

    @Override
    public Answer answer() {
        List<Budget> budgets = budgets();
        out.ifPresent(IoErrors::requireFree);
        ModelArgument argument = ModelArgument.of(what);
        ModelSource source = argument.source();
        CalibrationData data = calibration
                .data(this, argument, progress())
                .orElseThrow(
                        () -> wrongUsage("choose: " + what + " has nothing to be measured on; add --calibrate FILE"));
        QualityCurve curve = QualityCurve.measure(source, data, budgets, progress(), calibration.cache(this));
        ChoiceReport report = new ChoiceReport(
                source.plan(), curve, new ReportedCommand(this, Path.of(what)).facts("", calibration, Map.of()));
        Map<String, @Nullable Object> document = report.document();
        List<Path> files = out.map(report::write).orElse(List.of());
        if (!files.isEmpty()) {
            document.put("report", files.stream().map(Path::toString).toList());
        }
        StringBuilder text = new StringBuilder(curve.toString());
        files.forEach(file -> text.append("wrote ").append(file).append('\n'));
        return new Answer(document, text.toString());
    }

    private List<Budget> budgets() {
        if (!sizes.isEmpty() && !bitsPerWeight.isEmpty()) {
            throw wrongUsage("--bits-per-weight: " + bitsPerWeight + " and --sizes " + sizes
                    + " both name the sizes; give only one");
        }
        try {
            return bitsPerWeight.isEmpty()
                    ? (sizes.isEmpty() ? USUAL : sizes)
                            .stream().map(Budget::parse).toList()
                    : bitsPerWeight.stream()
                            .<Budget>map(Budget.BitsPerWeight::new)
                            .toList();
        } catch (IllegalArgumentException e) {
            throw wrongUsage(String.valueOf(e.getMessage()));
        }
    }
}
