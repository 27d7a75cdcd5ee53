package dev.lancet.runtime.run;

import dev.lancet.compression.Fidelity;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.recipe.Export;
import dev.lancet.dsl.recipe.Recipe;
import dev.lancet.io.AtomicFile;
import dev.lancet.io.DurableFolders;
import dev.lancet.io.IoErrors;
import dev.lancet.io.OutputLock;
import dev.lancet.runtime.Model;
import dev.lancet.runtime.checkpoint.Format;
import dev.lancet.runtime.checkpoint.Versions;
import dev.lancet.runtime.compress.CalibratedCompression;
import dev.lancet.runtime.json.LanguageJson;
import dev.lancet.runtime.natives.TensorFlowLibrary;
import dev.lancet.runtime.train.log.TrainingLog;
import dev.lancet.runtime.train.state.CheckpointPolicy;
import dev.lancet.runtime.train.state.Fingerprint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The folder of a run, inside the folder of the report or else beside the first export. It keeps what is expensive to
 * recompute. While the run is in progress it has the recipe, and for each trained candidate the metrics, curves, states
 * and results. After the run, metrics and curves remain. Until it is closed, no other process can run here.
 */
final class RunFolder implements AutoCloseable {

    static final String NAME = "training";

    private static final String RECIPE = "recipe.json";
    private static final String DONE = "done.json";
    private static final String MODEL = "model";
    private static final int STAGES = 100;

    private final Path folder;
    private Optional<OutputLock> lock = Optional.empty();

    /**
     * The result of a candidate: the errors of its compression, what was measured if it was calibrated, the log of its
     * training, and its model folder.
     */
    record Done(
            List<Fidelity> losses,
            Optional<CalibratedCompression.Outcome> calibrated,
            Optional<TrainingLog> log,
            String model) {}

    private RunFolder(Path folder) {
        this.folder = folder;
    }

    /** The folder of a recipe's run; empty if the recipe writes nothing. */
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
     * Starts a run, or resumes one.
     *
     * @param candidates the definition of every candidate by the name of its folder
     * @param force whether to remove what stands in the way: when it starts, everything of a former run, and when it
     *     resumes, that of candidates with another definition
     * @throws LancetException if an interrupted run exists but none was expected, if none exists but one was expected, if
     *     another version of Lancet or TensorFlow began it, or if a candidate has another definition than its kept work
     */
    void begin(Map<String, CandidateDefinition> candidates, boolean resume, boolean force) {
        Path file = folder.resolve(RECIPE);
        Fingerprint versions =
                new Fingerprint(Map.of("lancet", Versions.lancet(), "tensorflow", TensorFlowLibrary.version()));
        boolean begun = Files.exists(file);
        if (resume && !begun) {
            throw new LancetException("resume: " + folder + " has no interrupted run; start it without --resume");
        }
        DurableFolders.create(folder);
        lock = Optional.of(OutputLock.take(folder, "training folder"));
        if (!resume && !force && begun && worthKeeping(folder)) {
            throw new LancetException("run: " + folder
                    + " has an interrupted run; continue it with --resume, or start anew with --force");
        }
        Map<String, String> found = Map.of();
        if (resume) {
            found = LanguageJson.read(file, Fingerprint.class).parts();
            versions.require(found, file);
        }
        Map<String, String> parts = new LinkedHashMap<>(versions.parts());
        for (Map.Entry<String, CandidateDefinition> one : candidates.entrySet()) {
            String part = "candidate " + one.getKey();
            parts.put(part, one.getValue().text());
            if (!one.getValue().text().equals(found.get(part))) {
                makeRoom(one.getKey(), one.getValue(), resume, force);
            }
        }
        write(file, LanguageJson.pretty(new Fingerprint(parts)));
    }

    /** Before a candidate is trained from its beginning. */
    private void makeRoom(String name, CandidateDefinition candidate, boolean resume, boolean force) {
        Path work = folder.resolve(name);
        if (resume && !force && Files.exists(work) && worthKeeping(work)) {
            throw new LancetException("resume: candidate '" + candidate.name()
                    + "' is declared in another way than when " + work
                    + " was written; undo that, or train it anew with --resume --force");
        }
        if (force) {
            candidate.outputs().forEach(RunFolder::removeModel);
            DurableFolders.remove(work);
        } else {
            candidate.outputs().forEach(IoErrors::requireFree);
        }
    }

    private static void removeModel(Path output) {
        if (Files.exists(output) && Format.of(output) != Format.LANCET) {
            throw new LancetException("force: " + output + " is no model that a run wrote; remove it yourself");
        }
        DurableFolders.remove(output);
    }

    /** Whether a state was written, or a candidate finished. */
    private static boolean worthKeeping(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.map(file -> file.getFileName().toString())
                    .anyMatch(name -> name.equals(DONE) || name.startsWith("state-"));
        } catch (IOException e) {
            throw IoErrors.reading(folder, e);
        }
    }

    /** The folder for the states of a candidate's training; the training resumes if it has one. */
    CheckpointPolicy keeping(String candidate, int stage) {
        return CheckpointPolicy.takeUp(folder.resolve(candidate).resolve("stage-" + stage));
    }

    /** The result of a candidate from before the interruption; empty if the candidate was not finished. */
    Optional<Done> done(String candidate) {
        Path file = folder.resolve(candidate).resolve(DONE);
        return Files.exists(file) ? Optional.of(LanguageJson.read(file, Done.class)) : Optional.empty();
    }

    /** Marks a candidate as finished: its states are deleted, and its model is kept until the run is over. */
    void finish(String candidate, CandidateResult finished, Model model) {
        Path kept = folder.resolve(candidate).resolve(MODEL);
        Path saved = finished.saved().stream().findFirst().orElse(kept);
        if (saved.equals(kept) && !Files.exists(kept)) {
            model.save(kept);
        }
        Done done = new Done(finished.losses(), finished.calibrated(), finished.log(), saved.toString());
        write(folder.resolve(candidate).resolve(DONE), LanguageJson.pretty(done));
        for (int stage = 1;
                stage < STAGES && Files.isDirectory(keeping(candidate, stage).folder());
                stage++) {
            keeping(candidate, stage).forget();
        }
    }

    /** Ends the run. */
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

    /** Lets other processes run here. */
    @Override
    public void close() {
        lock.ifPresent(OutputLock::close);
    }

    private static void write(Path file, String text) {
        AtomicFile.replace(file, text + "\n");
    }

    private static List<Path> files(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        } catch (IOException e) {
            throw IoErrors.reading(folder, e);
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
