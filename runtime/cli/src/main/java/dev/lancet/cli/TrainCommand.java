package dev.lancet.cli;

import dev.lancet.cli.console.Console;
import dev.lancet.cli.console.LancetCommand;
import dev.lancet.cli.option.DeviceOptions;
import dev.lancet.cli.option.OutputArgument;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.recipe.Candidate;
import dev.lancet.dsl.recipe.Origin;
import dev.lancet.dsl.recipe.Recipe;
import dev.lancet.dsl.recipe.Stage;
import dev.lancet.dsl.recipe.Training;
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
        description = "Pre-train one candidate of a recipe, with metrics and states kept, and save it.",
        footer = {
            "",
            "Examples:",
            "  lancet train samples/quickstart.lancet.kts --candidate \"low rank\" --out target/low-rank",
            "  lancet train samples/quickstart.lancet.kts --candidate \"low rank\" --out target/low-rank --resume",
            "",
            "DIR gets metrics.jsonl, curves for TensorBoard, the latest state, and the trained model in DIR/model.",
            "What is made of the texts (tokens, a tokenizer) lies in the folder corpora beside DIR and is used again.",
            "Ctrl-C keeps the state; --resume goes on to the same weights as if nothing had happened, after kill -9 too.",
            "A training that diverges keeps its last good state. Lower the rate in the recipe and go on from there:",
            "  lancet train slower.lancet.kts --from target/low-rank --out target/slower",
            "--validate-every and --stop-early say the same as .validateEvery(50).stopEarly(3) in the recipe.",
        })
final class TrainCommand extends LancetCommand {

    @Parameters(paramLabel = "RECIPE", description = "A .lancet.kts or .java file.")
    private Path script = Path.of("");

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "The folder of the training.")
    private Path out = Path.of("");

    @Option(
            names = "--candidate",
            paramLabel = "NAME",
            description = "The candidate; may be left out where only one is pre-trained.")
    private Optional<String> candidate = Optional.empty();

    @Option(names = "--resume", description = "Go on with the training that was interrupted in DIR.")
    private boolean resume;

    @Option(
            names = "--from",
            paramLabel = "DIR",
            description = "Begin with the state that another training of the same model keeps, and go on at its step.")
    private Optional<Path> from = Optional.empty();

    @Option(names = "--validate-every", paramLabel = "N", description = "Look at held-out text every N steps.")
    private Optional<Integer> validateEvery = Optional.empty();

    @Option(
            names = "--stop-early",
            paramLabel = "N",
            description = "End after N validations without improvement, with the weights of the best one.")
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
        OutputArgument.mustNotExist(saved);
        if (!(chosen.origin() instanceof Origin.Declared declared)) {
            throw new LancetException("train: candidate '" + chosen.name()
                    + "' begins with other weights, or is dense first; lancet run carries out the whole recipe");
        }
        try (Model model = Model.create(
                        declared.transformer(),
                        chosen.compression(),
                        stage.training().seed())
                .progress(progress())
                .on(device)
                .keepCorporaIn(out.resolveSibling("corpora"))) {
            model.train(stage.corpus(), training, keeping());
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
        return new Stage(stage.candidate(), stage.corpus(), training).training();
    }

    private CheckpointPolicy keeping() {
        if (resume && from.isPresent()) {
            throw wrongUsage("train: --resume goes on with the state in " + out + ", --from with that in " + from.get()
                    + "; say one of them");
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
            throw new LancetException("train: " + candidate.orElse(recipe.name()) + "; the recipe trains " + names);
        }
        throw candidate.isPresent()
                ? new LancetException("train: " + candidate.get()
                        + "; the recipe trains it in several stages, which lancet run carries out")
                : wrongUsage("train: " + recipe.name() + "; the recipe trains " + names + ", choose by --candidate");
    }

    /** How a training went, for people. */
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
