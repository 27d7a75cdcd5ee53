package dev.lancet.cli;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.recipe.Candidate;
import dev.lancet.dsl.recipe.Origin;
import dev.lancet.dsl.recipe.Recipe;
import dev.lancet.dsl.recipe.Stage;
import dev.lancet.runtime.Model;
import dev.lancet.runtime.device.Device;
import dev.lancet.runtime.train.TrainingLog;
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
            "Ctrl-C keeps the state; --resume goes on to the same weights as if nothing had happened.",
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

    @Mixin
    private final DeviceOptions where = new DeviceOptions();

    TrainCommand(Console console) {
        super(console);
    }

    @Override
    Answer answer() {
        Device device = where.device(this);
        Recipe recipe = Script.load(script);
        Stage stage = stage(recipe);
        Candidate chosen = recipe.find(stage.candidate()).orElseThrow();
        Path saved = out.resolve("model");
        Outputs.mustNotExist(saved);
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
            model.train(stage.corpus(), stage.training(), out, resume);
            model.save(saved);
            TrainingLog log = model.log().orElseThrow();
            Map<String, @Nullable Object> document = RunDocument.training(log);
            document.put("candidate", chosen.name());
            document.put("out", saved.toString());
            return new Answer(document, text(log, saved));
        }
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

    private static String text(TrainingLog log, Path saved) {
        String validation = log.validationLoss().isPresent()
                ? String.format(
                        Locale.ROOT,
                        ", validation loss %.4f",
                        log.validationLoss().getAsDouble())
                : "";
        return String.format(
                Locale.ROOT,
                "%,d steps, %,d tokens, %,.0f tokens/s, loss %.4f%s%nsaved %s%n",
                log.steps(),
                log.tokens(),
                log.tokensPerSecond(),
                log.loss(),
                validation,
                saved);
    }
}
