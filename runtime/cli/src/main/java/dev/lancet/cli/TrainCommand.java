package dev.lancet.cli;

import dev.lancet.cli.console.Console;
import dev.lancet.cli.console.LancetCommand;
import dev.lancet.cli.option.ClusterOptions;
import dev.lancet.cli.option.DeviceOptions;
import dev.lancet.cli.option.TrainOptions;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.recipe.Candidate;
import dev.lancet.dsl.recipe.Corpus;
import dev.lancet.dsl.recipe.Origin;
import dev.lancet.dsl.recipe.Recipe;
import dev.lancet.dsl.recipe.Stage;
import dev.lancet.dsl.recipe.Training;
import dev.lancet.io.IoErrors;
import dev.lancet.runtime.Model;
import dev.lancet.runtime.cluster.WorkerGroup;
import dev.lancet.runtime.device.Device;
import dev.lancet.runtime.train.log.TrainingLog;
import dev.lancet.runtime.train.state.CheckpointPolicy;
import dev.lancet.script.Script;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

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
            "",
            "Several processes train one model if each gets the same list of workers and its own place:",
            "  lancet train RECIPE --out DIR --workers 10.0.0.4:2222,10.0.0.5:2222 --index 0",
            "TF_CONFIG may say the same. Each worker computes its part of every batch, and worker 0"
                    + " writes DIR. lancet launch starts several workers on one machine.",
            "",
            "--validate-every 50 --stop-early 3 has the same effect as .validateEvery(50).stopEarly(3) in the "
                    + "recipe.",
        })
final class TrainCommand extends LancetCommand {

    @Mixin
    private final TrainOptions options = new TrainOptions();

    @Mixin
    private final ClusterOptions cluster = new ClusterOptions();

    @Mixin
    private final DeviceOptions where = new DeviceOptions();

    TrainCommand(Console console) {
        super(console);
    }

    @Override
    public Answer answer() {
        Device device = where.device(this);
        CheckpointPolicy keeping = options.keeping(this);
        Recipe recipe = Script.load(options.script());
        Stage stage = options.stage(this, recipe);
        Training training = options.training(stage);
        Candidate chosen = recipe.find(stage.candidate()).orElseThrow();
        if (!(chosen.origin() instanceof Origin.Declared declared)) {
            throw new LancetException("train: candidate '" + chosen.name()
                    + "' starts from other weights, or trains a dense stage first; use lancet run RECIPE instead");
        }
        Corpus text = stage.corpus()
                .orElseThrow(() -> new LancetException("train: candidate '" + chosen.name()
                        + "' is trained on examples; use lancet run RECIPE instead"));
        Path saved = options.out().resolve("model");
        return cluster.together(this, workers -> {
            if (workers.chief()) {
                IoErrors.requireFree(saved);
            }
            try (Model model = Model.create(declared.transformer(), chosen.compression(), training.seed())
                    .progress(progress())
                    .on(device)
                    .among(workers)
                    .keepCorporaIn(options.out().resolveSibling("corpora"))) {
                model.train(text, training, keeping);
                if (workers.chief()) {
                    model.save(saved);
                }
                return answer(model.log().orElseThrow(), chosen.name(), workers, saved);
            }
        });
    }

    private static Answer answer(TrainingLog log, String candidate, WorkerGroup workers, Path saved) {
        Map<String, @Nullable Object> document = RunDocument.training(log);
        document.put("candidate", candidate);
        if (workers.size() > 1) {
            document.put("workers", workers.size());
            document.put("worker", workers.index());
        }
        if (!workers.chief()) {
            return new Answer(document, summary(log) + "worker " + workers.index() + " is done\n");
        }
        document.put("out", saved.toString());
        return new Answer(document, summary(log) + "saved " + saved + "\n");
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
                "%,d steps, %,d tokens, %,.0f tokens/s, loss %.4f%s%s%n%s",
                log.steps(),
                log.tokens(),
                log.tokensPerSecond(),
                log.loss(),
                validation,
                communication(log),
                log.ending().isEmpty() ? "" : log.ending() + "\n");
    }

    private static String communication(TrainingLog log) {
        return log.communicationShare().isEmpty()
                ? ""
                : String.format(
                        Locale.ROOT,
                        ", %.0f %% of the time in communication, %.1f MB sent by each worker",
                        100 * log.communicationShare().getAsDouble(),
                        log.bytesSent() / 1e6);
    }
}
