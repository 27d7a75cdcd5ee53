package dev.lancet.cli.option;

import dev.lancet.cli.console.LancetCommand;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.recipe.Recipe;
import dev.lancet.dsl.recipe.Stage;
import dev.lancet.dsl.recipe.Training;
import dev.lancet.runtime.train.state.CheckpointPolicy;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The recipe to train, and where and how its training is kept. */
public final class TrainOptions {

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
            names = "--resume-or-start",
            description = "Continue the training in DIR if it has a state, else start it; for jobs that a scheduler"
                    + " restarts.")
    private boolean resumeOrStart;

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

    /** The file of the recipe. */
    public Path script() {
        return script;
    }

    /** The folder to write. */
    public Path out() {
        return out;
    }

    /** The training with the changes that the options ask for. */
    public Training training(Stage stage) {
        Training training = stage.training();
        if (validateEvery.isPresent()) {
            training = training.validateEvery(validateEvery.get());
        }
        if (stopEarly.isPresent()) {
            training = training.stopEarly(stopEarly.get());
        }
        return stage.with(training).training();
    }

    /** What happens with a state in the folder. */
    public CheckpointPolicy keeping(LancetCommand command) {
        if (resume && from.isPresent()) {
            throw command.wrongUsage("--resume and --from: the first continues the state in " + out + ", the second"
                    + " that in " + from.get()
                    + "; give only one");
        }
        if (resume && resumeOrStart) {
            throw command.wrongUsage("--resume and --resume-or-start: the first needs a training in " + out
                    + ", the second does not; give only one");
        }
        CheckpointPolicy checkpoints = resume
                ? CheckpointPolicy.resume(out)
                : resumeOrStart ? CheckpointPolicy.takeUp(out) : CheckpointPolicy.in(out);
        return from.map(checkpoints::from).orElse(checkpoints);
    }

    /** The training of the candidate. */
    public Stage stage(LancetCommand command, Recipe recipe) {
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
                : command.wrongUsage("train: " + recipe.name() + " trains several candidates, " + names
                        + "; choose one with --candidate");
    }
}
