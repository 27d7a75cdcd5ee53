package dev.lancet.runtime.run;

import dev.lancet.compression.Fidelity;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.recipe.Export;
import dev.lancet.dsl.recipe.Recipe;
import dev.lancet.io.AtomicFile;
import dev.lancet.runtime.Model;
import dev.lancet.runtime.checkpoint.Versions;
import dev.lancet.runtime.json.LanguageJson;
import dev.lancet.runtime.natives.TensorFlowLibrary;
import dev.lancet.runtime.train.log.TrainingLog;
import dev.lancet.runtime.train.state.CheckpointPolicy;
import dev.lancet.runtime.train.state.Fingerprint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Where a run keeps what it would be a pity to compute twice: inside the folder of the report, else beside the first export. It
 * has the recipe while the run is under way, and for each candidate that is trained metrics, curves and states, and what came of
 * it. When the run is over, metrics and curves remain.
 */
final class RunFolder {

    static final String NAME = "training";

    private static final String RECIPE = "recipe.json";
    private static final String DONE = "done.json";
    private static final String MODEL = "model";
    private static final int STAGES = 100;

    private final Path folder;

    /** What came of a candidate: how it was made, and the folder of its model. */
    record Done(List<Fidelity> losses, Optional<TrainingLog> log, String model) {}

    private RunFolder(Path folder) {
        this.folder = folder;
    }

    /** That of a recipe; empty if it writes nothing. */
    static Optional<RunFolder> of(Recipe recipe) {
        return recipe.report()
                .map(report -> Path.of(report, NAME))
                .or(() -> recipe.exports().stream()
                        .map(Export::path)
                        .findFirst()
                        .map(first -> Path.of(first).resolveSibling(NAME)))
                .map(RunFolder::new);
    }

    /**
     * Begins a run, or goes on with one.
     *
     * @throws LancetException if there is one that was interrupted where none should be, none where one should, or another
     */
    void begin(Recipe recipe, boolean resume) {
        Path file = folder.resolve(RECIPE);
        Fingerprint own = new Fingerprint(Map.of(
                "recipe", recipe.toString(), "lancet", Versions.lancet(), "tensorflow", TensorFlowLibrary.version()));
        boolean begun = Files.exists(file) && worthKeeping();
        if (resume && !begun) {
            throw new LancetException(
                    "resume: " + folder + " holds no run that was interrupted; start it without --resume");
        }
        if (!resume && begun) {
            throw new LancetException(
                    "run: " + folder + " holds a run that was interrupted; go on with --resume, or remove it");
        }
        if (resume) {
            own.require(LanguageJson.read(file, Fingerprint.class).parts(), file);
        } else {
            write(file, LanguageJson.pretty(own));
        }
    }

    /** Whether a state was written, or a candidate finished. */
    private boolean worthKeeping() {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.map(file -> file.getFileName().toString())
                    .anyMatch(name -> name.equals(DONE) || name.startsWith("state-"));
        } catch (IOException e) {
            throw new LancetException("run: " + folder + " cannot be read: " + e.getMessage(), e);
        }
    }

    /** Where a training of a candidate keeps its states; it goes on where it finds one. */
    CheckpointPolicy keeping(String candidate, int stage) {
        return CheckpointPolicy.takeUp(folder.resolve(candidate).resolve("stage-" + stage));
    }

    /** What came of a candidate before the run was interrupted; empty if it was not finished then. */
    Optional<Done> done(String candidate) {
        Path file = folder.resolve(candidate).resolve(DONE);
        return Files.exists(file) ? Optional.of(LanguageJson.read(file, Done.class)) : Optional.empty();
    }

    /** A candidate is finished: its states are not needed any more, its model is kept until the run is over. */
    void finish(String candidate, CandidateResult finished, Model model) {
        Path kept = folder.resolve(candidate).resolve(MODEL);
        Path saved = finished.saved().stream().findFirst().orElse(kept);
        if (saved.equals(kept) && !Files.exists(kept)) {
            model.save(kept);
        }
        Done done = new Done(finished.losses(), finished.log(), saved.toString());
        write(folder.resolve(candidate).resolve(DONE), LanguageJson.pretty(done));
        for (int stage = 1;
                stage < STAGES && Files.isDirectory(keeping(candidate, stage).folder());
                stage++) {
            keeping(candidate, stage).forget();
        }
    }

    /** The run is over. */
    void over() {
        for (Path candidate : files(folder)) {
            if (Files.isDirectory(candidate)) {
                remove(candidate.resolve(DONE));
                Path model = candidate.resolve(MODEL);
                if (Files.isDirectory(model)) {
                    files(model).forEach(RunFolder::remove);
                    remove(model);
                }
            }
        }
        remove(folder.resolve(RECIPE));
    }

    private static void write(Path file, String text) {
        AtomicFile.replace(file, text + "\n");
    }

    private static List<Path> files(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        } catch (IOException e) {
            throw new LancetException("run: " + folder + " cannot be read: " + e.getMessage(), e);
        }
    }

    private static void remove(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new LancetException("run: " + file + " cannot be removed: " + e.getMessage(), e);
        }
    }
}
