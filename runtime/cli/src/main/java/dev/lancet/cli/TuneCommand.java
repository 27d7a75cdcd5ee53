package dev.lancet.cli;

import dev.lancet.cli.console.Console;
import dev.lancet.cli.console.LancetCommand;
import dev.lancet.cli.option.ClassifierOptions;
import dev.lancet.cli.option.DeviceOptions;
import dev.lancet.cli.option.ModelArgument;
import dev.lancet.cli.option.PrecisionOptions;
import dev.lancet.cli.option.TrainingOptions;
import dev.lancet.cli.option.TuningData;
import dev.lancet.cli.option.TuningOptions;
import dev.lancet.dsl.Precision;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Step;
import dev.lancet.io.IoErrors;
import dev.lancet.runtime.Model;
import dev.lancet.runtime.checkpoint.Checkpoint;
import dev.lancet.runtime.device.Device;
import dev.lancet.runtime.text.instruction.ExampleCounts;
import dev.lancet.runtime.train.Trainer;
import dev.lancet.runtime.train.log.TrainingLog;
import dev.lancet.runtime.train.state.CheckpointPolicy;
import dev.lancet.runtime.tune.FineTuning;
import dev.lancet.runtime.tune.TuningResult;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lancet tune}: fine-tunes a model on a text or on examples, with adapters or as a whole. */
@Command(
        name = "tune",
        description = {
            "Fine-tune a model on a text, or on prompts with answers: train adapters beside its layers",
            "(LoRA), or all weights. With --task classify: train a SavedModel to classify texts.",
            "Prints steps, tokens per second, loss and validation loss, and which command to use next."
        },
        footer = {
            "",
            "Examples:",
            "  lancet tune my-model --data speeches.txt --out tuned",
            "  lancet tune my-model --data news.csv --field headline --rank 16 \\",
            "          --on 'h.*.attn.*' --out tuned",
            "  lancet tune my-model --data speeches.txt --bits 4 --checkpointing --out tuned",
            "  lancet tune my-model --data speeches.txt --adapter full --rate 1e-4 \\",
            "          --out tuned",
            "  lancet tune my-model --examples questions.jsonl --epochs 3 --pack --out tuned",
            "  lancet tune my-model --examples news.csv \\",
            "          --template '{headline}\\nSentiment:' --label label --out tuned",
            "  lancet tune my-model --data speeches.txt --out tuned --resume",
            "  lancet tune encoder --task classify --data news.csv --field headline \\",
            "          --label tone --out tuned",
            "",
            "DIR gets metrics.jsonl, curves for TensorBoard, the latest state, and one or both of DIR/adapter and "
                    + "DIR/model. DIR/adapter has the adapters, in a folder that Hugging Face's PEFT loads too. DIR/model "
                    + "has the whole model, if MODEL together with DIR/adapter does not give it: after --bits or "
                    + "--adapter full, if MODEL already had adapters (their training continues), or if PEFT has no "
                    + "names for its layers.",
            "",
            "--bits first stores the linear layers in fewer bits, which saves memory. These layers are frozen, "
                    + "and the adapters are trained beside them (QLoRA). Ctrl-C saves the state. --resume continues from "
                    + "it and ends with "
                    + "the same weights as an uninterrupted training; give the same options again.",
            "",
            "Next steps:",
            "  lancet evaluate my-model --adapter tuned/adapter --baseline my-model \\",
            "          --text held-out.txt",
            "  lancet generate my-model --adapter tuned/adapter --prompt \"The Committee\"",
            "  lancet merge my-model tuned/adapter --out merged",
        })
final class TuneCommand extends LancetCommand {

    private static final double ADAPTER_RATE = 2e-4;
    private static final double FULL_RATE = 5e-5;
    private static final int LONGEST = 512;

    @Parameters(
            paramLabel = "MODEL",
            description = ModelArgument.MODEL + " With --task: a TensorFlow SavedModel folder.")
    private String what = "";

    @Mixin
    private final TuningData data = new TuningData();

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "The folder to write; required.")
    private Path out = Path.of("");

    @Mixin
    private final ClassifierOptions classifier = new ClassifierOptions();

    @Mixin
    private final TuningOptions adapters = new TuningOptions();

    @Mixin
    private final PrecisionOptions bits = new PrecisionOptions();

    @Mixin
    private final TrainingOptions options = new TrainingOptions();

    @Option(names = "--resume", description = "Continue the interrupted fine-tuning in DIR.")
    private boolean resume;

    @Mixin
    private final DeviceOptions where = new DeviceOptions();

    TuneCommand(Console console) {
        super(console);
    }

    @Override
    public Answer answer() {
        if (classifier.asked(this)) {
            Precision stored = bits.precision(this);
            if (stored.narrow()) {
                throw wrongUsage(
                        "--bits: " + stored + "; leave it out with --task classify, and quantize the tuned model"
                                + " with lancet compress");
            }
            return new ClassifierTuneRunner(this, data, classifier, adapters, options)
                    .answer(what, out, resume, where.device(this));
        }
        FineTuning tuning = adapters.tuning(this, bits.precision(this));
        Device device = where.device(this);
        data.check(this, options);
        ModelArgument argument = ModelArgument.of(what);
        Checkpoint found = argument.checkpoint();
        if (found.plan().adapted()) {
            adapters.mustBeUnsaid(this, what);
        }
        TrainingOptions.Settings settings = options.settings(
                adapters.full(this) ? FULL_RATE : ADAPTER_RATE,
                Math.min(found.transformer().context(), LONGEST));
        settings.training(this, OptionalInt.empty());
        if (!resume) {
            IoErrors.requireFree(TuningResult.adapter(out));
            IoErrors.requireFree(TuningResult.model(out));
        }
        try (Model base = base(argument).on(device).keepCorporaIn(out.resolveSibling("corpora"));
                Model model = tuning.begin(base)) {
            Optional<ExampleCounts> examples =
                    data.train(this, model, settings, resume ? CheckpointPolicy.resume(out) : CheckpointPolicy.in(out));
            TuningResult tuned = TuningResult.save(base.plan(), model, out);
            TrainingLog log = model.log().orElseThrow();
            Map<String, @Nullable Object> document = document(log, model.plan(), tuned);
            examples.ifPresent(counts -> document.put("examples", ExamplesDocument.of(counts)));
            String read = examples.map(counts -> counts + "\n").orElse("");
            return new Answer(document, read + text(log, model.plan(), tuned));
        }
    }

    private Model base(ModelArgument argument) {
        Model base = argument.model(progress());
        argument.requireTokenizer("");
        return base;
    }

    private static Map<String, @Nullable Object> document(TrainingLog log, Plan plan, TuningResult tuned) {
        Map<String, @Nullable Object> document = RunDocument.training(log);
        document.put("trained_parameters", Trainer.parameters(plan));
        document.put("parameters", plan.parametersAfter());
        document.put("out", tuned.written().stream().map(Path::toString).toList());
        return document;
    }

    private String text(TrainingLog log, Plan plan, TuningResult tuned) {
        StringBuilder text = new StringBuilder(trained(plan)).append(TrainCommand.summary(log));
        if (data.holdsOut() && log.validationLoss().isEmpty()) {
            text.append("not validated: the held-out text is shorter than a batch; raise --hold-out, or lower"
                    + " --batch or --sequence\n");
        }
        tuned.hindrance()
                .ifPresent(reason ->
                        text.append("not saved for PEFT: ").append(reason).append('\n'));
        tuned.written().forEach(folder -> text.append("saved ").append(folder).append('\n'));
        String model = tuned.model().map(Path::toString).orElse(what);
        String adapter = tuned.model().isPresent() ? "" : " --adapter " + TuningResult.adapter(out);
        text.append("next: lancet generate ").append(model).append(adapter).append(" --prompt \"...\"\n");
        if (plan.adapted()) {
            text.append("      lancet merge ")
                    .append(model)
                    .append(adapter.replace(" --adapter", ""))
                    .append(" --out ")
                    .append(out.resolve("merged"))
                    .append('\n');
        }
        return text.toString();
    }

    private static String trained(Plan plan) {
        long trained = Trainer.parameters(plan);
        long layers =
                plan.steps().stream().filter(step -> step.adapter().isPresent()).count();
        long frozen = plan.steps().stream()
                .map(Step::precision)
                .filter(it -> it.quantized())
                .count();
        return String.format(
                Locale.ROOT,
                "trained %,d of %,d parameters (%.2f %%)%s%s%n",
                trained,
                plan.parametersAfter(),
                100.0 * trained / plan.parametersAfter(),
                layers == 0 ? "" : ": adapters beside " + layers + " layers",
                frozen == 0 ? "" : "; " + frozen + " frozen matrices in fewer bits");
    }
}
