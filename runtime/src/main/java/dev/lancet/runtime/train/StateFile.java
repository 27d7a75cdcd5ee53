package dev.lancet.runtime.train;

import dev.lancet.compression.weights.HostTensor;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.plan.Stored;
import dev.lancet.runtime.checkpoint.Safetensors;
import dev.lancet.runtime.checkpoint.SafetensorsWriter;
import dev.lancet.runtime.checkpoint.Tensor;
import dev.lancet.runtime.engine.Engine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * All that a training needs to go on as if it had never stopped: every trained array with what the optimiser remembers of it, and how
 * many steps are done. The order of the data needs no record, it follows from seed and step. A file appears whole or not at all,
 * and the one before is only removed then.
 */
final class StateFile {

    private static final String PREFIX = "state-";
    private static final String SUFFIX = ".safetensors";

    private final Path folder;
    private final String fingerprint;

    StateFile(Path folder, String fingerprint) {
        this.folder = folder;
        this.fingerprint = fingerprint;
    }

    /** Writes the state after so many steps. */
    void keep(Engine engine, List<Stored> state, int steps) {
        Path file = folder.resolve(String.format(Locale.ROOT, "%s%08d%s", PREFIX, steps, SUFFIX));
        if (Files.exists(file)) {
            return;
        }
        Optional<Path> before = latest();
        Map<String, String> about = Map.of("fingerprint", fingerprint, "steps", String.valueOf(steps));
        try (SafetensorsWriter writer = SafetensorsWriter.create(file, about, state)) {
            state.forEach(stored -> writer.accept(HostTensor.of(stored, engine.floats(stored.name()))));
            writer.finish();
        }
        before.ifPresent(StateFile::remove);
    }

    /**
     * Puts the latest state back.
     *
     * @return how many steps are done
     * @throws LancetException if there is none, or it is of another training
     */
    int restore(Engine engine, List<Stored> wanted) {
        Path file = latest().orElseThrow(() ->
                new LancetException("resume: " + folder + " holds no state of a training; start it without --resume"));
        Safetensors state = Safetensors.open(file);
        if (!fingerprint.equals(state.metadata().get("fingerprint"))) {
            throw new LancetException(
                    "resume: " + file
                            + " is of another model, recipe, text or version; resume with what it was started with, or start anew");
        }
        for (Stored stored : wanted) {
            Tensor tensor = state.tensor(stored.name());
            engine.assign(tensor.name(), state.map(tensor.name()));
        }
        return Integer.parseInt(state.metadata().get("steps"));
    }

    private Optional<Path> latest() {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(StateFile::isState).max(Comparator.naturalOrder());
        } catch (IOException e) {
            throw new LancetException("training: " + folder + " cannot be read: " + e.getMessage(), e);
        }
    }

    private static boolean isState(Path file) {
        String name = file.getFileName().toString();
        return name.startsWith(PREFIX) && name.endsWith(SUFFIX);
    }

    private static void remove(Path file) {
        try {
            Files.delete(file);
        } catch (IOException e) {
            throw new LancetException("training: " + file + " cannot be removed: " + e.getMessage(), e);
        }
    }
}
