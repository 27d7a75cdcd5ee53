package dev.lancet.cli;

import dev.lancet.cli.console.Console;
import dev.lancet.cli.console.LancetCommand;
import dev.lancet.cli.option.CalibrationOptions;
import dev.lancet.cli.option.CompressionRules;
import dev.lancet.cli.option.ModelArgument;
import dev.lancet.compression.Fidelity;
import dev.lancet.dsl.Compression;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.io.ResumableFolder;
import dev.lancet.runtime.budget.FreeLayers;
import dev.lancet.runtime.budget.WeightErrorSearch;
import dev.lancet.runtime.calibration.CalibrationCache;
import dev.lancet.runtime.calibration.CalibrationData;
import dev.lancet.runtime.calibration.Quality;
import dev.lancet.runtime.compress.CalibratedCompression;
import dev.lancet.runtime.compress.CalibratedCompression.Outcome;
import dev.lancet.runtime.compress.CompressionFingerprint;
import dev.lancet.runtime.compress.CompressionJob;
import dev.lancet.runtime.compress.PlannedCompression;
import dev.lancet.runtime.report.compression.CommandFacts;
import dev.lancet.runtime.report.compression.CompressionReport;
import dev.lancet.runtime.source.ModelSource;
import java.nio.file.Files;
import java.nio.file.Path;
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
            "  lancet compress my-model --on '*' --bits 4 --calibrate texts.jsonl \\",
            "          --out my-model-int4",
            "  lancet compress my-model --on '*' --bits 16 --out my-model-bf16",
            "  lancet compress my-model --on 'h.*.mlp.*' --ratio 0.5 --bits 4 --out slim",
            "  lancet compress my-model --on '*' --bits 8 --budget 600MB --out slim",
            "  lancet compress my-model diet.lancet.kts --out slim",
            "  lancet compress saved_model --bits 8 --out saved_model_int8",
            "  lancet compress frozen.pb --on '*/kernel' --bits 8 --out small.pb",
            "",
            "What to choose, by a language model of 260,000 parameters whose perplexity was 4.39:",
            "  --on '*' --bits 16    2.0 times smaller, 4.39",
            "  --on '*' --bits 8     3.8 times smaller, 4.40",
            "  --budget 6x           6.0 times smaller, 4.60",
            "  --on '*' --bits nf4   6.3 times smaller, 4.90",
            "  --on '*' --bits 4     6.3 times smaller, 5.18",
            "  --ratio 0.5           1.8 times smaller, 1,905: train it again",
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
            names = "--fold",
            description = "Multiply factors and corrections out, so that tools that know neither read the result: each"
                    + " becomes one float32 matrix with the values of its product. Matrices without them keep their bits."
                    + " Alone, it folds a Lancet model folder that is compressed already.")
    private boolean fold;

    @Option(
            names = "--resume",
            description =
                    "Continue a compression that was killed: what it did is not done again, and the result is the same."
                            + " Begins anew if there is nothing to continue.")
    private boolean resume;

    @Mixin
    private final CompressionRules rules = new CompressionRules();

    @Mixin
    private final CalibrationOptions calibration = new CalibrationOptions();

    @Option(
            names = "--sequential",
            description =
                    "With --calibrate: fit each block to what the compressed blocks before it compute, instead of what"
                            + " the original ones compute. Not for graphs.")
    private boolean sequential;

    @Option(
            names = "--recover",
            paramLabel = "N",
            description =
                    "With --calibrate: train factors, corrections and norms on N tokens of the calibration data (rows"
                            + " for a graph), so that the model predicts what its original predicts. The better model on held-out"
                            + " rows is kept.")
    private long recover;

    @Option(
            names = "--min-recovery",
            paramLabel = "X",
            description =
                    "With --calibrate: exit with status 1 if the quality is below X: the perplexity of the original"
                            + " divided by that of the smaller model, or for a graph the mean cosine. The model is written"
                            + " anyway.")
    private Optional<Double> minRecovery = Optional.empty();

    CompressCommand(Console console) {
        super(console);
    }

    @Override
    public Answer answer() {
        Compression compression = rules.chosen(this, recipe, calibration.given());
        checkUsage(compression);
        ResumableFolder.requireFree(out);
        if (!resume) {
            ResumableFolder.requireNone(out, "add --resume");
        }
        CalibrationCache cache = calibration.cache(this);
        ModelArgument argument = ModelArgument.of(what);
        ModelSource source = argument.source();
        Optional<CalibrationData> data = calibration.data(this, argument, progress());
        if (data.isPresent()) {
            PlannedCompression planned = calibrated(source, data.get(), cache).plan(compression);
            try (ResumableFolder folder = opened(compression, planned.plan())) {
                Outcome outcome = planned.write(folder);
                return answer(
                        compression,
                        source.stored(),
                        new Written(outcome.plan(), outcome.losses(), Optional.of(outcome), folder));
            }
        }
        CompressionJob plain = new CompressionJob(source, progress()).by(compression);
        CompressionJob job = fold ? plain.folding() : plain;
        Plan plan = job.plan(compression);
        try (ResumableFolder folder = opened(compression, plan)) {
            List<Fidelity> losses = job.write(plan, folder);
            return answer(
                    compression, source.stored(), new Written(job.stored(plan), losses, Optional.empty(), folder));
        }
    }

    private CalibratedCompression calibrated(ModelSource source, CalibrationData data, CalibrationCache cache) {
        CalibratedCompression measured = new CalibratedCompression(source, data, progress())
                .keeping(cache)
                .recover(recover);
        CalibratedCompression plain = sequential ? measured.sequential() : measured;
        return fold ? plain.folding() : plain;
    }

    private void checkUsage(Compression compression) {
        if (compression.keepsAll() && !fold) {
            throw wrongUsage("rules: none given; add --rank, --ratio, --energy, --bits, --lora, --budget or --fold, or"
                    + " name a recipe");
        }
        if (compression.budget().isPresent() && fold) {
            throw wrongUsage("--fold: float32 matrices take more bytes than the budget of "
                    + compression.budget().get() + " counts; leave out --fold or the budget");
        }
        if (recover > 0 && fold) {
            throw wrongUsage("--recover: " + recover + " tokens; a recovery is not folded, so leave out --fold");
        }
        if (sequential && (recover > 0 || !calibration.given())) {
            throw wrongUsage("--sequential applies only with --calibrate and without --recover; "
                    + (recover > 0 ? "leave out one of them" : "add --calibrate FILE"));
        }
        if (!calibration.given() && (recover > 0 || minRecovery.isPresent())) {
            throw wrongUsage((recover > 0 ? "--recover: " + recover : "--min-recovery: " + minRecovery.orElseThrow())
                    + " applies only with --calibrate; add --calibrate FILE");
        }
    }

    private ResumableFolder opened(Compression compression, Plan plan) {
        String data = calibration.identity()
                + (fold ? ", folded" : "")
                + (sequential ? ", sequential" : "")
                + (recover > 0 ? ", recovery of " + recover : "");
        return ResumableFolder.open(out, CompressionFingerprint.of(Path.of(what), compression, plan, data));
    }

    /** A model that is written, but not at its place yet. */
    private record Written(Plan plan, List<Fidelity> losses, Optional<Outcome> outcome, ResumableFolder folder) {}

    /** Writes the report, and moves the model with it to its place. */
    private Answer answer(Compression compression, Plan before, Written written) {
        Optional<Outcome> outcome = written.outcome();
        CommandFacts facts = new ReportedCommand(this, Path.of(what))
                .facts(
                        compression
                                .budget()
                                .map(budget -> "compressed to a budget of " + budget)
                                .orElse(""),
                        calibration,
                        Map.of("rules", compression.toString().replaceAll("\\s+", "")));
        CompressionReport result = new CompressionReport(before, written.plan(), written.losses(), outcome, facts)
                .noting(
                        FreeLayers.chosenBy(compression) && outcome.isEmpty()
                                ? List.of(WeightErrorSearch.NOTE)
                                : List.of());
        CompressionSummary summary = new CompressionSummary(result);
        Path model = written.folder().result();
        boolean inside = Files.isDirectory(model);
        Path reported = inside ? out : Path.of(out + ".report");
        List<Path> report = result.write(inside ? model : reported).stream()
                .map(file -> reported.resolve(file.getFileName()))
                .toList();
        written.folder().finish();
        Map<String, @Nullable Object> document = result.document();
        document.put("out", out.toString());
        document.put("report", report.stream().map(Path::toString).toList());
        return new Answer(
                document,
                summary.text(out, report),
                outcome.map(Outcome::quality).flatMap(this::complaint));
    }

    private Optional<String> complaint(Quality quality) {
        return minRecovery
                .filter(least -> !(quality.recovery() >= least))
                .map(least -> String.format(
                        Locale.ROOT,
                        "recovery: %.4f is below %s; keep more bits, allow a larger budget, or add --recover",
                        quality.recovery(),
                        least));
    }
}
