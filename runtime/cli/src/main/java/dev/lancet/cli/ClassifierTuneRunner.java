package dev.lancet.cli;

import dev.lancet.cli.console.LancetCommand;
import dev.lancet.cli.option.ClassifierOptions;
import dev.lancet.cli.option.TrainingOptions;
import dev.lancet.cli.option.TuningData;
import dev.lancet.cli.option.TuningOptions;
import dev.lancet.dsl.recipe.Training;
import dev.lancet.io.IoErrors;
import dev.lancet.runtime.classify.ClassifierFineTuning;
import dev.lancet.runtime.classify.ClassifierSettings;
import dev.lancet.runtime.classify.LabelledTexts;
import dev.lancet.runtime.device.Device;
import dev.lancet.runtime.task.TaskText;
import dev.lancet.runtime.train.log.TrainingLog;
import dev.lancet.runtime.train.state.CheckpointPolicy;
import dev.lancet.runtime.tune.TuningResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * {@code lancet tune --task classify}: trains a classifier of texts.
 *
 * @param command the command
 * @param data the rows
 * @param given the model's tokenizer and output
 * @param weights what is trained
 * @param options how it is trained
 */
record ClassifierTuneRunner(
        LancetCommand command,
        TuningData data,
        ClassifierOptions given,
        TuningOptions weights,
        TrainingOptions options) {

    private static final double USUAL_SHARE = 0.2;
    private static final int VALIDATIONS = 10;
    private static final int PATIENCE = 3;

    LancetCommand.Answer answer(String what, Path out, boolean resume, Device device) {
        TuningData.Labelled labelled = data.labelled(command, options);
        ClassifierSettings settings = weights.classifier(command, given, options.sequence());
        double share = given.validation().isPresent() ? 0 : labelled.share().orElse(USUAL_SHARE);
        if (given.validation().isPresent() && labelled.share().isPresent()) {
            throw command.wrongUsage("--hold-out and --validation: both say what to validate on; give only one");
        }
        boolean validates = share > 0 || given.validation().isPresent();
        if (!validates && options.validation().isPresent()) {
            throw command.wrongUsage(options.validation().get() + " needs held-out rows; leave out --hold-out 0");
        }
        // Wrong options fail before anything is read.
        long seed = training(settings, OptionalInt.empty(), validates).seed();
        Path model = TuningResult.model(out);
        if (!resume) {
            IoErrors.requireFree(model);
        }
        ClassifierFineTuning tuning = new ClassifierFineTuning(Path.of(what), settings, device, command.progress());
        LabelledTexts all = LabelledTexts.read(labelled.file(), labelled.fields(), command.progress());
        LabelledTexts.Split split = all.holdOut(share, seed);
        if (given.validation().isPresent()) {
            split = new LabelledTexts.Split(
                    all, LabelledTexts.read(given.validation().get(), labelled.fields(), command.progress()));
        }
        LabelledTexts texts = split.rest();
        OptionalInt steps = labelled.epochs()
                .map(epochs -> OptionalInt.of((int) Math.ceil(epochs * texts.count() / options.batch())))
                .orElse(OptionalInt.empty());
        ClassifierFineTuning.Outcome outcome = tuning.train(
                texts,
                split.heldOut(),
                training(settings, steps, split.heldOut().count() > 0),
                resume ? CheckpointPolicy.resume(out) : CheckpointPolicy.in(out));
        // What exists was saved by the process that this one resumes.
        if (!Files.exists(model)) {
            outcome.save(model);
        }
        return new LancetCommand.Answer(document(outcome, split, model), text(outcome, split, model));
    }

    private Training training(ClassifierSettings settings, OptionalInt steps, boolean validates) {
        double rate =
                switch (settings.part()) {
                    case HEAD -> 2e-2;
                    case ADAPTERS -> 5e-4;
                    case ALL -> 1e-4;
                };
        Training training = options.ofGraph(command, rate, steps);
        return validates && options.validation().isEmpty()
                ? training.validateEvery(Math.max(1, training.steps() / VALIDATIONS))
                        .stopEarly(PATIENCE)
                : training;
    }

    private static Map<String, @Nullable Object> document(
            ClassifierFineTuning.Outcome outcome, LabelledTexts.Split split, Path model) {
        ClassifierFineTuning.Trained trained = outcome.trained();
        Map<String, @Nullable Object> document = RunDocument.training(trained.log());
        document.put("trained_parameters", trained.parameters());
        document.put("parameters", outcome.model().plan().parametersAfter());
        document.put("labels", outcome.files().names().names());
        document.put("output", trained.output());
        document.put("rows", split.rest().count());
        document.put("truncated", trained.cut());
        document.put("validation", trained.validation().map(TaskDocument::of).orElse(null));
        document.put("out", List.of(model.toString()));
        return document;
    }

    private static String text(ClassifierFineTuning.Outcome outcome, LabelledTexts.Split split, Path model) {
        ClassifierFineTuning.Trained trained = outcome.trained();
        TrainingLog log = trained.log();
        StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT,
                "%,d rows of %d classes on output '%s'; %,d trained parameters%n",
                split.rest().count(),
                outcome.files().names().count(),
                trained.output(),
                trained.parameters()));
        if (trained.cut() > 0) {
            text.append(String.format(
                    Locale.ROOT,
                    "%,d rows are longer than %,d tokens; their end was cut off%n",
                    trained.cut(),
                    outcome.files().sequence()));
        }
        text.append(String.format(
                Locale.ROOT,
                "%,d steps, %,d rows seen, loss %.4f%s%n",
                log.steps(),
                log.tokens(),
                log.loss(),
                log.validationLoss().isPresent()
                        ? String.format(
                                Locale.ROOT,
                                ", validation loss %.4f",
                                log.validationLoss().getAsDouble())
                        : ""));
        text.append(log.ending().isEmpty() ? "" : log.ending() + "\n");
        trained.validation().ifPresent(result -> {
            List<String> missing = outcome.files().names().missingIn(split.heldOut());
            text.append("validation of ").append(TaskText.table(result));
            text.append(missing.isEmpty() ? "" : "no row to validate on has a class of " + missing + "\n");
        });
        text.append("saved ").append(model).append('\n');
        text.append("next: lancet evaluate ").append(model).append(" --task classify --data FILE\n");
        return text.toString();
    }
}
