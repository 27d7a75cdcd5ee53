package dev.lancet.runtime.train.state;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.plan.ArraySpec;
import dev.lancet.dsl.recipe.Arithmetic;
import dev.lancet.runtime.checkpoint.safetensors.Safetensors;
import dev.lancet.runtime.checkpoint.safetensors.SafetensorsEntry;
import dev.lancet.runtime.checkpoint.safetensors.SafetensorsWriter;
import dev.lancet.runtime.engine.Engine;
import dev.lancet.runtime.train.log.Metrics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * All that a training needs to go on as if it had never stopped, after some of its steps: every trained array with what the
 * optimiser remembers of it. The order of the data needs no record, it follows from seed and step. A file appears whole or
 * not at all.
 */
final class StateStore {

    private static final Pattern NAME = Pattern.compile("state-(\\d+)\\.safetensors");
    private static final Pattern PARTIAL = Pattern.compile("\\.state-\\d+\\.safetensors\\..*\\.partial");
    private static final String DONE = "done";

    /** Of a training that chose itself in which numbers it multiplies matrices. */
    static final String ARITHMETIC = "arithmetic";

    private final Path folder;

    StateStore(Path folder) {
        this.folder = folder;
    }

    /** After which steps there are states. */
    NavigableSet<Integer> steps() {
        NavigableSet<Integer> steps = new TreeSet<>();
        for (Path file : files()) {
            Matcher name = NAME.matcher(file.getFileName().toString());
            if (name.matches()) {
                steps.add(Integer.valueOf(name.group(1)));
            }
        }
        return steps;
    }

    /**
     * Writes the state after so many steps, if it is not there.
     *
     * @param training what is to be known of the training
     */
    void write(Engine engine, List<ArraySpec> arrays, int steps, Map<String, String> training) {
        Path file = file(steps);
        if (Files.exists(file)) {
            return;
        }
        Map<String, String> about = new HashMap<>(training);
        about.put(DONE, String.valueOf(steps));
        try (SafetensorsWriter writer = SafetensorsWriter.create(file, about, arrays)) {
            engine.arrays(arrays, writer::accept);
            writer.finish();
        }
    }

    /**
     * Makes sure that a state is of the training that wants it.
     *
     * @throws LancetException if it is not; the message says what differs
     */
    void require(int steps, Fingerprint fingerprint) {
        Path file = file(steps);
        fingerprint.require(Safetensors.open(file).metadata(), file);
    }

    /** In which numbers the training of a state multiplied matrices; a state that says nothing is of float32. */
    Arithmetic arithmetic(int steps) {
        String name = Safetensors.open(file(steps)).metadata().get(ARITHMETIC);
        return name == null ? Arithmetic.FLOAT32 : Arithmetic.valueOf(name);
    }

    /**
     * Puts arrays back.
     *
     * @throws LancetException if the state has not all of them in this form
     */
    void restore(Engine engine, List<ArraySpec> arrays, int steps) {
        Safetensors state = Safetensors.open(file(steps));
        for (ArraySpec array : arrays) {
            SafetensorsEntry tensor = state.tensor(array.name());
            if (!tensor.shape()
                    .equals(array.shape().stream().map(Integer::longValue).toList())) {
                throw new LancetException("resume: " + state.file() + " holds " + tensor + " where " + array
                        + " is trained; it is of another model");
            }
        }
        engine.assign(arrays.stream().map(ArraySpec::name).toList(), state::map);
    }

    /** Removes all states but some. */
    void keepOnly(Set<Integer> wanted) {
        for (int steps : steps()) {
            if (!wanted.contains(steps)) {
                remove(file(steps));
            }
        }
    }

    /** Removes what is left of a state that was being written when its process was killed. */
    void tidy() {
        for (Path file : files()) {
            if (PARTIAL.matcher(file.getFileName().toString()).matches()) {
                remove(file);
            }
        }
    }

    Path file(int steps) {
        return folder.resolve(String.format(Locale.ROOT, "state-%08d.safetensors", steps));
    }

    /** The log beside them. */
    Path metrics() {
        return folder.resolve(Metrics.FILE);
    }

    private List<Path> files() {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        } catch (IOException e) {
            throw new LancetException("training: " + folder + " cannot be read: " + e.getMessage(), e);
        }
    }

    private static void remove(Path file) {
        try {
            Files.delete(file);
        } catch (IOException e) {
            throw new LancetException("training: " + file + " cannot be removed: " + e.getMessage(), e);
        }
    }
}
