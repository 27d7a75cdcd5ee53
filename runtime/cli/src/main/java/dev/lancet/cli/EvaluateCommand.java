package dev.lancet.cli;

import dev.lancet.cli.console.Console;
import dev.lancet.cli.console.LancetCommand;
import dev.lancet.cli.option.AdapterOption;
import dev.lancet.cli.option.ClassifierOptions;
import dev.lancet.cli.option.DeviceOptions;
import dev.lancet.cli.option.EngineOption;
import dev.lancet.cli.option.FieldOption;
import dev.lancet.cli.option.LanguageModelArgument;
import dev.lancet.cli.option.ModelArgument;
import dev.lancet.cli.option.TaskOptions;
import dev.lancet.dsl.recipe.Corpus;
import dev.lancet.runtime.calibration.Quality;
import dev.lancet.runtime.calibration.QualityMeasurement;
import dev.lancet.runtime.calibration.QualityText;
import dev.lancet.runtime.embed.TextEncoder;
import dev.lancet.runtime.evaluate.Perplexity;
import dev.lancet.runtime.report.compression.QualityDocument;
import dev.lancet.runtime.task.TaskResult;
import dev.lancet.runtime.text.tokenizer.TokenIdChecks;
import dev.lancet.runtime.train.graph.ExampleFiles;
import dev.lancet.runtime.train.graph.Examples;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lancet evaluate}: measures how well a model predicts a text, or answers the questions of a task. */
@Command(
        name = "evaluate",
        description = {
            "Measure a model's perplexity over a text; lower is better. With --baseline, also print the recovery.",
            "With --task: measure its accuracy in answering the questions of a task.",
            "For an encoder: compare its vectors of texts with those of --baseline, or with --pairs its cosines"
                    + " with scores that people gave. For a graph: compare its outputs on rows with those of --baseline."
        },
        footer = {
            "",
            "Examples:",
            "  lancet evaluate my-model --text held-out.txt",
            "  lancet evaluate my-model --text news.csv --field headline --limit 20000",
            "  lancet evaluate my-model --ids test.bin --window 256 --json",
            "  lancet evaluate my-model-int8 --text held-out.txt --baseline my-model \\",
            "          --min-recovery 0.95",
            "  lancet evaluate my-model --adapter tuned/adapter --text held-out.txt \\",
            "          --baseline my-model",
            "  lancet evaluate my-model-onnx --text held-out.txt --baseline my-model",
            "  lancet evaluate my-model --task tfns --data sent_valid.csv",
            "  lancet evaluate my-model --task tone --data rows.csv \\",
            "          --template 'Text: {text}\\nTone:' --label hawkish --label dovish",
            "  lancet evaluate tuned/model --task classify --data sent_valid.csv",
            "  lancet evaluate minilm-6x --text sentences.txt --baseline minilm",
            "  lancet evaluate minilm-6x --pairs stsb.csv --baseline minilm",
            "  lancet evaluate encoder-int8 --inputs rows.npz --baseline encoder \\",
            "          --min-recovery 0.99",
            "",
            "Recovery is the baseline's perplexity divided by the model's: 1 means equally good, less means "
                    + "worse. For a task it is the share that the model keeps of the baseline's accuracy above always giving "
                    + "the most frequent answer. For an encoder it is the mean cosine, or the share that it keeps of the baseline's "
                    + "correlation. For a graph it is the mean cosine between the outputs of both, the least over "
                    + "all outputs. "
                    + "If recovery is below --min-recovery, the exit status is 1.",
        })
final class EvaluateCommand extends LancetCommand {

    @Parameters(paramLabel = "MODEL", description = LanguageModelArgument.MODEL_OR_GRAPH)
    private String what = "";

    @ArgGroup(multiplicity = "1")
    private EvaluationInput input = new EvaluationInput();

    @Mixin
    private final FieldOption field = new FieldOption();

    @Option(
            names = "--window",
            paramLabel = "N",
            description = "With --ids: how many tokens one window holds (default: the model's context).")
    private Optional<Integer> window = Optional.empty();

    @Mixin
    private final AdapterOption adapter = new AdapterOption();

    @Option(
            names = "--baseline",
            paramLabel = "MODEL",
            description = "The model that recovery compares with; it runs without the adapter.")
    private Optional<String> baseline = Optional.empty();

    @Option(names = "--min-recovery", paramLabel = "X", description = "Fail if recovery is below X, for example 0.95.")
    private Optional<Double> minRecovery = Optional.empty();

    @Mixin
    private final TaskOptions task = new TaskOptions();

    @Mixin
    private final EngineOption engine = new EngineOption();

    @Mixin
    private final DeviceOptions where = new DeviceOptions();

    EvaluateCommand(Console console) {
        super(console);
    }

    @Override
    public Answer answer() {
        if (input.text.isEmpty()
                && input.ids.isEmpty()
                && input.rows.isEmpty()
                && input.task.isEmpty()
                && input.pairs.isEmpty()) {
            throw wrongUsage("evaluate: " + what
                    + " has nothing to read; add --text FILE, --ids FILE, --inputs FILE, --pairs FILE or --task NAME");
        }
        if (input.task.isEmpty()) {
            task.refuseWithoutTask(this);
        }
        if (input.rows.isPresent()) {
            refuseGiven(" applies only to --task, --text and --ids; leave it out", "--limit");
        }
        if (minRecovery.isPresent() && baseline.isEmpty()) {
            throw wrongUsage(
                    "--min-recovery: " + minRecovery.get() + " has nothing to compare with; add" + " --baseline MODEL");
        }
        boolean classifies =
                input.task.filter(ClassifierOptions.CLASSIFY::equals).isPresent();
        if (field.name().isPresent() && input.text.isEmpty() && !classifies) {
            throw wrongUsage(
                    "--field: " + field.name().get() + " applies only to --text and --task classify; leave it out");
        }
        if (window.isPresent() && input.ids.isEmpty()) {
            throw wrongUsage("--window: " + window.get() + " applies only to --ids; leave it out: a text is read in"
                    + " windows of the model's context");
        }
        if (input.task.isPresent()) {
            return accuracy(input.task.get());
        }
        if (input.pairs.isPresent()) {
            return encoder().correlated(input.pairs.get());
        }
        if (input.text.isPresent() && TextEncoder.declared(Path.of(what))) {
            if (baseline.isEmpty()) {
                throw wrongUsage(
                        "evaluate: " + what + " is an encoder, whose vectors are compared with those of another"
                                + " model; add --baseline MODEL, or give --pairs FILE");
            }
            return encoder().compared(Path.of(input.text.get()), field.name());
        }
        return input.rows.isPresent() ? compared(input.rows.get()) : perplexity();
    }

    private EncoderEvaluation encoder() {
        engine.refuseForGraph(this);
        refuseGiven("; an encoder takes no adapter, so leave it out", "--adapter");
        refuseGiven("; every text is read for an encoder, so leave it out", "--limit");
        return new EncoderEvaluation(what, baseline, where.device(this), progress(), this::complaint);
    }

    private Answer accuracy(String asked) {
        var measuring = new TaskAccuracy(this, engine, where, task).of(asked, field.name());
        TaskResult measured = measuring.apply(what, adapter);
        Optional<TaskResult> before = baseline.map(named -> measuring.apply(named, new AdapterOption()));
        return TaskDocument.answer(measured, before, minRecovery.isPresent(), this::complaint);
    }

    private Answer compared(Path rows) {
        engine.refuseForGraph(this);
        if (adapter.folder().isPresent()) {
            throw wrongUsage("--adapter: " + adapter.folder().get()
                    + " applies only to a language model; with --inputs leave it out");
        }
        if (baseline.isEmpty()) {
            throw wrongUsage("evaluate: the outputs of " + what
                    + " on --inputs are compared with those of another model; add --baseline MODEL");
        }
        Examples examples = ExampleFiles.read(rows);
        Quality quality = QualityMeasurement.of(
                ModelArgument.of(baseline.get()).source(),
                ModelArgument.of(what).source(),
                examples,
                where.device(this).resolve(),
                progress());
        double recovery = quality.recovery();
        Map<String, @Nullable Object> document = QualityDocument.of(quality);
        document.put("recovery", finite(recovery));
        return new Answer(document, QualityText.of(quality), complaint(recovery));
    }

    private Answer perplexity() {
        var measuring = new TextPerplexity(this, engine, where, task.tokens(this));
        BiFunction<String, AdapterOption, Perplexity> way = input.ids.isPresent()
                ? measuring.of(TokenIdChecks.read(input.ids.get()), window)
                : measuring.of(field.of(Corpus.corpus(input.text.orElseThrow())).rest());
        Perplexity measured = way.apply(what, adapter);
        Optional<Perplexity> before = baseline.map(named -> way.apply(named, new AdapterOption()));
        return PerplexityDocument.answer(measured, before, this::complaint);
    }

    private Optional<String> complaint(double recovery) {
        return minRecovery
                .filter(least -> !(recovery >= least))
                .map(least -> String.format(
                        Locale.ROOT,
                        "recovery: %.4f is below %s; keep more rank or bits, or train the model further",
                        recovery,
                        least));
    }
}
