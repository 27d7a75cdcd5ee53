package dev.lancet.cli;

import dev.lancet.cli.console.Console;
import dev.lancet.cli.console.LancetCommand;
import dev.lancet.cli.option.CalibrationOptions;
import dev.lancet.cli.option.CompressionRules;
import dev.lancet.cli.option.ModelArgument;
import dev.lancet.compression.Fidelity;
import dev.lancet.dsl.Compression;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.io.IoErrors;
import dev.lancet.io.ResumableFolder;
import dev.lancet.runtime.calibration.CalibrationData;
import dev.lancet.runtime.calibration.GramMeasurement;
import dev.lancet.runtime.calibration.Quality;
import dev.lancet.runtime.calibration.QualityMeasurement;
import dev.lancet.runtime.calibration.QualityText;
import dev.lancet.runtime.compress.CompressionJob;
import dev.lancet.runtime.compress.CompressionWork;
import dev.lancet.runtime.device.Device;
import dev.lancet.runtime.report.Report;
import dev.lancet.runtime.report.ReportedModel;
import dev.lancet.runtime.source.DeclaredSource;
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

    @Option(
            names = "--resume",
            description =
                    "Continue a compression that was killed: matrices that it wrote are not computed again, and the"
                            + " result is the same. Begins anew if there is nothing to continue. Not for graphs.")
    private boolean resume;

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
        if (!resume) {
            ResumableFolder.requireNone(out, "add --resume");
        }
        ModelArgument argument = ModelArgument.of(what);
        ModelSource source = argument.source();
        if (resume && argument.graph().isPresent()) {
            throw new LancetException(
                    "resume: " + what + " is a graph, which is written anew each time; leave out --resume");
        }
        Optional<CalibrationData> data = calibration.data(this, argument, progress());
        Compression full = source.stored().resolved(compression, source.constraints());
        CompressionJob job = new CompressionJob(source, progress()).by(full);
        Plan plan = job.plan(full);
        if (data.isEmpty()) {
            return answer(full, source.stored(), plan, written(job, source, plan), Optional.empty());
        }
        CompressionJob calibrated = job.calibrated(GramMeasurement.of(source, data.get(), progress()));
        List<Fidelity> losses = written(calibrated, source, plan);
        Quality quality = QualityMeasurement.of(
                source,
                ModelSource.open(out),
                data.get().heldOut(),
                Device.auto().resolve(),
                progress());
        return answer(full, source.stored(), plan, losses, Optional.of(quality));
    }

    private List<Fidelity> written(CompressionJob job, ModelSource source, Plan plan) {
        return source instanceof DeclaredSource declared
                ? job.resume(declared, plan, out, CompressionWork.of(Path.of(what), plan, calibration.identity()))
                : job.write(plan, out);
    }

    private Answer answer(
            Compression compression, Plan before, Plan plan, List<Fidelity> losses, Optional<Quality> quality) {
        String measured = quality.map(QualityText::of).orElseGet(() -> unmeasured(plan, losses));
        List<Path> report = Report.titled(what + " made smaller")
                .with(ReportedModel.of(what, before))
                .with(ReportedModel.of(out.toString(), plan))
                .with(out.toString(), plan, losses)
                .fact("rules", compression.toString().replaceAll("\\s+", ""))
                .fact("quality", measured.strip())
                .write(Files.isDirectory(out) ? out : Path.of(out + ".report"));
        Map<String, @Nullable Object> document = PlanDocument.of(plan, losses);
        document.put("quality", quality.map(QualityDocument::of).orElseGet(QualityDocument::unmeasured));
        document.put("out", out.toString());
        document.put("report", report.stream().map(Path::toString).toList());
        return new Answer(document, text(before, plan, measured, report));
    }

    private String text(Plan before, Plan plan, String quality, List<Path> report) {
        StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT,
                "%d of %d matrices changed, %,d -> %,d bytes, %.2fx smaller%nsaved %s%n",
                plan.changedSince(before).size(),
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
