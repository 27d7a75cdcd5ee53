package dev.lancet.cli;

import dev.lancet.cli.console.Console;
import dev.lancet.cli.console.LancetCommand;
import dev.lancet.cli.option.DeviceOptions;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.recipe.Candidate;
import dev.lancet.dsl.recipe.Corpus;
import dev.lancet.dsl.recipe.Origin;
import dev.lancet.dsl.recipe.Recipe;
import dev.lancet.dsl.recipe.Stage;
import dev.lancet.dsl.recipe.Training;
import dev.lancet.io.IoErrors;
import dev.lancet.runtime.Model;
import dev.lancet.runtime.device.Device;
import dev.lancet.runtime.train.log.TrainingLog;
import dev.lancet.runtime.train.state.CheckpointPolicy;
import dev.lancet.script.Script;
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

/** {@code lancet train}: pre-trains one candidate of a recipe. */
@Command(
        name = "train",
        description = {
            "Pre-train one candidate of a recipe, and save it.",
            "Prints steps, tokens per second, loss and validation loss. DIR gets the model, metrics and states."
        },
        footer = {
            "",
            "Examples:",
            "  lancet train samples/quickstart.lancet.kts --candidate \"low rank\" \\",
            "          --out target/low-rank",
            "  lancet train samples/quickstart.lancet.kts --candidate \"low rank\" \\",
            "          --out target/low-rank --resume",
            "",
            "DIR gets metrics.jsonl, curves for TensorBoard, the latest state, and the trained model in "
                    + "DIR/model. The tokens and the tokenizer made from the texts are kept in the folder corpora beside "
                    + "DIR, and reused. Ctrl-C saves the state. --resume continues from it, also after kill -9, and ends "
                    + "with the same weights as an uninterrupted training. If a training diverges, its last good state "
                    + "is kept. Lower the rate in the recipe and continue from there:",
            "  lancet train slower.lancet.kts --from target/low-rank --out target/slower",
            "--validate-every 50 --stop-early 3 has the same effect as .validateEvery(50).stopEarly(3) in the "
                    + "recipe.",
        })
final class TrainCommand extends LancetCommand {

    @Parameters(paramLabel = "RECIPE", description = "A .lancet.kts or .java file.")
    private Path script = Path.of("");

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "The folder to write; required.")
    private Path out = Path.of("");

    @Option(
            names = "--candidate",
            paramLabel = "NAME",
            description = "The candidate to train. Leave it out if the recipe pre-trains only one.")
    private Optional<String> candidate = Optional.empty();

    @Option(names = "--resume", description = "Continue the interrupted training in DIR.")
    private boolean resume;

    @Option(
            names = "--from",
            paramLabel = "DIR",
            description = "Start from the state of another training of the same model, at its step.")
    private Optional<Path> from = Optional.empty();

    @Option(
            names = "--validate-every",
            paramLabel = "N",
            description = "Measure the validation loss every N" + " steps (default: as in the recipe).")
    private Optional<Integer> validateEvery = Optional.empty();

    @Option(
            names = "--stop-early",
            paramLabel = "N",
            description = "Stop after N validations without improvement, and keep the best weights (default: as"
                    + " in the recipe).")
    private Optional<Integer> stopEarly = Optional.empty();

    @Mixin
    private final DeviceOptions where = new DeviceOptions();

    TrainCommand(Console console) {
        super(console);
    }

    @Override
    public Answer answer() {
        Device device = where.device(this);
        Recipe recipe = Script.load(script);
        Stage stage = stage(recipe);
        Training training = training(stage);
        Candidate chosen = recipe.find(stage.candidate()).orElseThrow();
        Path saved = out.resolve("model");
        IoErrors.requireFree(saved);
        if (!(chosen.origin() instanceof Origin.Declared declared)) {
            throw new LancetException("train: candidate '" + chosen.name()
                    + "' starts from other weights, or trains a dense stage first; use lancet run RECIPE instead");
        }
        Corpus text = stage.corpus()
                .orElseThrow(() -> new LancetException("train: candidate '" + chosen.name()
                        + "' is trained on examples; use lancet run RECIPE instead"));
        try (Model model = Model.create(
                        declared.transformer(),
                        chosen.compression(),
                        stage.training().seed())
                .progress(progress())
                .on(device)
                .keepCorporaIn(out.resolveSibling("corpora"))) {
            model.train(text, training, keeping());
            model.save(saved);
            TrainingLog log = model.log().orElseThrow();
            Map<String, @Nullable Object> document = RunDocument.training(log);
            document.put("candidate", chosen.name());
            document.put("out", saved.toString());
            return new Answer(document, summary(log) + "saved " + saved + "\n");
        }
    }

    private Training training(Stage stage) {
        Training training = stage.training();
        if (validateEvery.isPresent()) {
            training = training.validateEvery(validateEvery.get());
        }
        if (stopEarly.isPresent()) {
            training = training.stopEarly(stopEarly.get());
        }
        return stage.with(training).training();
    }

    private CheckpointPolicy keeping() {
        if (resume && from.isPresent()) {
            throw wrongUsage("--resume and --from: the first continues the state in " + out + ", the second"
                    + " that in " + from.get()
                    + "; give only one");
        }
        CheckpointPolicy checkpoints = resume ? CheckpointPolicy.resume(out) : CheckpointPolicy.in(out);
        return from.map(checkpoints::from).orElse(checkpoints);
    }

    private Stage stage(Recipe recipe) {
        List<Stage> stages = recipe.stages().stream()
                .filter(stage -> candidate.isEmpty() || candidate.get().equals(stage.candidate()))
                .toList();
        if (stages.size() == 1) {
            return stages.get(0);
        }
        List<String> names = recipe.stages().stream().map(Stage::candidate).toList();
        if (stages.isEmpty()) {
            throw new LancetException("train: " + candidate.orElse(recipe.name()) + " is not pre-trained by the"
                    + " recipe; it pre-trains " + names);
        }
        throw candidate.isPresent()
                ? new LancetException(
                        "train: " + candidate.get() + " is trained in several stages; use lancet run RECIPE instead")
                : wrongUsage("train: " + recipe.name() + " trains several candidates, " + names + "; choose one"
                        + " with --candidate");
    }

    /** The figures of a training as text. */
    static String summary(TrainingLog log) {
        String validation = log.validationLoss().isPresent()
                ? String.format(
                        Locale.ROOT,
                        ", validation loss %.4f",
                        log.validationLoss().getAsDouble())
                : "";
        return String.format(
                Locale.ROOT,
                "%,d steps, %,d tokens, %,.0f tokens/s, loss %.4f%s%n%s",
                log.steps(),
                log.tokens(),
                log.tokensPerSecond(),
                log.loss(),
                validation,
                log.ending().isEmpty() ? "" : log.ending() + "\n");
    }
}
