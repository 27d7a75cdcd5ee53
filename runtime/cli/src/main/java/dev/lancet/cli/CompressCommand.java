package dev.lancet.cli;

import dev.lancet.cli.console.Console;
import dev.lancet.cli.console.LancetCommand;
import dev.lancet.cli.option.CalibrationOptions;
import dev.lancet.cli.option.CompressionRules;
import dev.lancet.cli.option.ModelArgument;
import dev.lancet.compression.Fidelity;
import dev.lancet.compression.calibration.Grams;
import dev.lancet.dsl.Compression;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.io.IoErrors;
import dev.lancet.runtime.calibration.CalibrationData;
import dev.lancet.runtime.calibration.FewRows;
import dev.lancet.runtime.calibration.GramMeasurement;
import dev.lancet.runtime.calibration.Quality;
import dev.lancet.runtime.calibration.QualityMeasurement;
import dev.lancet.runtime.calibration.QualityText;
import dev.lancet.runtime.compress.CompressionJob;
import dev.lancet.runtime.device.Device;
import dev.lancet.runtime.report.Report;
import dev.lancet.runtime.report.ReportedModel;
import dev.lancet.runtime.source.ModelSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lancet compress}: writes a smaller copy of a model, and a report. */
@Command(
        name = "compress",
        description = {
            "Write a smaller copy of a model: fewer bits, lower ranks, or both.",
            "MODEL itself stays unchanged. Beside the copy comes a report with the approximation error of every matrix."
        },
        footer = {
            "",
            "Examples:",
            "  lancet compress my-model --bits 8 --out my-model-int8",
            "  lancet compress my-model --on '*' --bits 4 --calibrate texts.jsonl --out my-model-int4",
            "  lancet compress my-model --on '*' --bits 16 --out my-model-bf16",
            "  lancet compress my-model --on 'h.*.mlp.*' --ratio 0.5 --bits 4 --group 32 --out slim",
            "  lancet compress my-model --on '*' --bits 8 --budget 600MB --out slim",
            "  lancet compress my-model diet.lancet.kts --out slim",
            "  lancet compress saved_model --bits 8 --out saved_model_int8",
            "  lancet compress frozen.pb --on '*/kernel' --bits 8 --out small.pb",
        })
final class CompressCommand extends LancetCommand {

    @Parameters(index = "0", paramLabel = "MODEL", description = ModelArgument.MODEL_OR_GRAPH)
    private String what = "";

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "RULES",
            description = "A recipe whose compression to apply, instead of the options below.")
    private Optional<Path> recipe = Optional.empty();

    @Option(
            names = "--out",
            required = true,
            paramLabel = "DIR",
            description = "The model folder to write; required. For a graph: a SavedModel folder, or a frozen"
                    + " graph if DIR ends"
                    + " in .pb.")
    private Path out = Path.of("");

    /** Rounding to 4 bits stays below this relative error; the rank cuts that destroyed a model exceed it. */
    private static final double DAMAGE = 0.2;

    @Mixin
    private final CompressionRules rules = new CompressionRules();

    @Mixin
    private final CalibrationOptions calibration = new CalibrationOptions();

    CompressCommand(Console console) {
        super(console);
    }

    @Override
    public Answer answer() {
        Compression compression = rules.chosen(this, recipe);
        if (compression.keepsAll()) {
            throw wrongUsage(
                    "rules: none given; add --rank, --ratio, --energy, --bits, --lora or --budget, or name a recipe");
        }
        IoErrors.requireFree(out);
        ModelArgument argument = ModelArgument.of(what);
        ModelSource source = argument.source();
        Optional<CalibrationData> data = calibration.data(this, argument, progress());
        Compression full = source.plan().resolved(compression, source.constraints());
        CompressionJob job = new CompressionJob(source, progress()).by(full);
        Plan plan = job.plan(full);
        if (data.isEmpty()) {
            List<Fidelity> losses = job.write(plan, out);
            return answer(full, source.plan(), plan, losses, unmeasured(plan, losses), QualityDocument.unmeasured());
        }
        Grams grams = GramMeasurement.of(source, data.get(), progress());
        List<Fidelity> losses = job.calibrated(grams).write(plan, out);
        Quality quality = QualityMeasurement.of(
                source,
                ModelSource.open(out),
                data.get().heldOut(),
                Device.auto().resolve(),
                progress());
        Optional<String> warning = FewRows.of(plan, grams);
        Map<String, @Nullable Object> document = QualityDocument.of(quality);
        document.put("warnings", warning.stream().toList());
        String text = QualityText.of(quality) + warning.map(line -> line + "\n").orElse("");
        return answer(full, source.plan(), plan, losses, text, document);
    }

    private Answer answer(
            Compression compression,
            Plan before,
            Plan plan,
            List<Fidelity> losses,
            String measured,
            Map<String, @Nullable Object> quality) {
        List<Path> report = Report.titled(what + " made smaller")
                .with(ReportedModel.of(what, before))
                .with(ReportedModel.of(out.toString(), plan))
                .with(out.toString(), plan, losses)
                .fact("rules", compression.toString().replaceAll("\\s+", ""))
                .fact("quality", measured.strip())
                .write(Files.isDirectory(out) ? out : Path.of(out + ".report"));
        Map<String, @Nullable Object> document = PlanDocument.of(plan, losses);
        document.put("quality", quality);
        document.put("out", out.toString());
        document.put("report", report.stream().map(Path::toString).toList());
        return new Answer(document, text(plan, measured, report));
    }

    private String text(Plan plan, String quality, List<Path> report) {
        StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT,
                "%d of %d matrices changed, %,d -> %,d bytes, %.2fx smaller%nsaved %s%n",
                plan.changed().size(),
                plan.steps().size(),
                plan.bytesBefore(),
                plan.bytesAfter(),
                plan.compression(),
                out));
        text.append(quality);
        report.forEach(file -> text.append("wrote ").append(file).append('\n'));
        return text.toString();
    }

    /** What is known of the cost: the error of single matrices. Only data can tell what the whole model lost. */
    private String unmeasured(Plan plan, List<Fidelity> losses) {
        StringBuilder text = new StringBuilder();
        losses.stream()
                .max(Comparator.comparingDouble(Fidelity::relativeFrobenius))
                .ifPresent(worst -> text.append(String.format(
                        Locale.ROOT,
                        "largest relative error of a matrix: %.3g (%s)%n",
                        worst.relativeFrobenius(),
                        worst.weight())));
        long damaged = losses.stream()
                .filter(loss -> plan.step(loss.weight()).rank().isPresent() && loss.relativeFrobenius() > DAMAGE)
                .count();
        if (damaged > 0) {
            text.append(String.format(
                    Locale.ROOT,
                    "lower ranks: %d of %d matrices lost more than %.0f %% of their norm; a trained model seldom survives"
                            + " that, so train it again%n",
                    damaged,
                    plan.steps().size(),
                    100 * DAMAGE));
        }
        return text.append("quality of the whole model: unknown; give data with --calibrate FILE\n")
                .toString();
    }
}
