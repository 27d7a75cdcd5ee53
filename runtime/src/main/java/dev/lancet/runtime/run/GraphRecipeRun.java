package dev.lancet.runtime.run;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.lancet.dsl.recipe.Candidate;
import dev.lancet.dsl.recipe.Origin;
import dev.lancet.dsl.recipe.Recipe;
import dev.lancet.io.DurableFolders;
import dev.lancet.io.Progress;
import dev.lancet.runtime.GraphModel;
import dev.lancet.runtime.calibration.Quality;
import dev.lancet.runtime.device.Device;
import dev.lancet.runtime.train.graph.ExampleFiles;
import dev.lancet.runtime.train.graph.Examples;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Runs a recipe whose candidates are graphs: makes every candidate in order, compares its outputs with those of the first, and
 * saves it. Nothing is trained, so there is nothing to resume.
 *
 * @param recipe the recipe
 * @param places where it writes
 * @param device what computes the outputs
 * @param progress is told about the work
 */
record GraphRecipeRun(Recipe recipe, OutputPaths places, Device device, Progress progress) {

    /** In {@code assets.extra}: the mark of a model that a run wrote, so that another may replace it. */
    private static final String MARK = "lancet-run.txt";

    List<CandidateResult> carryOut() {
        Optional<Examples> rows =
                GraphCandidates.rows(recipe).stream().findFirst().map(some -> ExampleFiles.read(Path.of(some.path())));
        Map<String, GraphModel> models = new LinkedHashMap<>();
        List<CandidateResult> finished = new ArrayList<>();
        for (Candidate candidate : recipe.candidates()) {
            GraphModel model = made(candidate, models).progress(progress).on(device);
            models.put(candidate.name(), model);
            GraphModel first = models.values().iterator().next();
            Optional<Quality> quality = rows.map(some -> model.comparedWith(first, some));
            CandidateResult.Made made = new CandidateResult.Made(
                    Optional.empty(), model.plan(), model.losses(), Optional.empty(), Optional.empty());
            finished.add(new CandidateResult(
                    candidate, 0, made, List.of(), List.of(), List.of(), saved(candidate, model), quality));
        }
        return finished;
    }

    private GraphModel made(Candidate candidate, Map<String, GraphModel> models) {
        GraphModel before = candidate.origin() instanceof Origin.After after
                ? Objects.requireNonNull(models.get(after.candidate()), after.candidate())
                : GraphModel.open(Path.of(((Origin.Checkpoint) candidate.origin()).path()))
                        .progress(progress);
        return candidate.compression().keepsAll() ? before : before.compress(candidate.compression());
    }

    private List<Path> saved(Candidate candidate, GraphModel model) {
        List<Path> folders = places.outputs(candidate, OptionalLong.empty());
        byte[] mark = (recipe.name() + ": " + candidate.name() + "\n").getBytes(UTF_8);
        for (Path folder : folders) {
            // What a former run wrote stays until its successor is computed.
            if (wrote(folder)) {
                DurableFolders.remove(folder);
            }
            model.save(folder, Map.of(MARK, mark));
        }
        return folders;
    }

    /** Whether a run wrote this model. */
    static boolean wrote(Path model) {
        return Files.isRegularFile(model.resolve("assets.extra").resolve(MARK));
    }
}
