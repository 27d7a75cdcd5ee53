package dev.lancet.runtime.train.state;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.plan.ArraySpec;
import dev.lancet.dsl.recipe.Arithmetic;
import dev.lancet.io.DiskRoom;
import dev.lancet.io.IoErrors;
import dev.lancet.io.Verification;
import dev.lancet.runtime.checkpoint.safetensors.Dtype;
import dev.lancet.runtime.checkpoint.safetensors.Safetensors;
import dev.lancet.runtime.checkpoint.safetensors.SafetensorsEntry;
import dev.lancet.runtime.checkpoint.safetensors.SafetensorsWriter;
import dev.lancet.runtime.engine.Engine;
import dev.lancet.runtime.train.log.Metrics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableSet;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The states of a training: everything that it needs to resume after some of its steps without a difference, which is
 * every trained array and the optimiser state. The order of the data is not stored, because it follows from seed and
 * step. A file appears whole or not at all.
 */
final class StateStore {

    private static final Pattern NAME = Pattern.compile("state-(\\d+)\\.safetensors");
    private static final Pattern PARTIAL = Pattern.compile("\\.state-\\d+\\.safetensors\\..*\\.partial");
    private static final String DONE = "done";

    /** The entry of a training that chose its arithmetic itself. */
    static final String ARITHMETIC = "arithmetic";

    /** The entry with the number of records in {@code metrics.jsonl} before the state. */
    static final String RECORDS = "records";

    private final Path folder;

    StateStore(Path folder) {
        this.folder = folder;
    }

    /** The steps after which states exist. */
    NavigableSet<Integer> steps() {
        NavigableSet<Integer> steps = new TreeSet<>();
        for (Path file : files()) {
            Matcher name = NAME.matcher(file.getFileName().toString());
            if (name.matches()) {
                steps.add(number(file, name.group(1)));
            }
        }
        return steps;
    }

    private static int number(Path file, String digits) {
        try {
            return Integer.parseInt(digits);
        } catch (NumberFormatException large) {
            throw new LancetException(
                    file + ": no training has " + digits + " steps; remove the file or give it its own name", large);
        }
    }

    /**
     * Checks that the disk has room for a state.
     *
     * @throws LancetException if it does not
     */
    void requireRoom(List<ArraySpec> arrays) {
        DiskRoom.require(folder, arrays.stream().mapToLong(ArraySpec::bytes).sum(), "a state of the training");
    }

    /** The number of records in {@code metrics.jsonl} when a state was written; empty if the state does not say it. */
    OptionalInt records(int steps) {
        Path file = file(steps);
        String records = Safetensors.open(file).metadata().get(RECORDS);
        return records == null ? OptionalInt.empty() : OptionalInt.of(number(file, records));
    }

    /**
     * Writes the state after a number of steps, if it does not exist.
     *
     * @param training the description of the training
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
     * Checks that a state belongs to this training.
     *
     * @throws LancetException if it does not; the message says what differs
     */
    void require(int steps, Fingerprint fingerprint) {
        Path file = file(steps);
        fingerprint.require(Safetensors.open(file).metadata(), file);
    }

    /** The arithmetic of the training that wrote a state; float32 if the state does not say it. */
    Arithmetic arithmetic(int steps) {
        String name = Safetensors.open(file(steps)).metadata().get(ARITHMETIC);
        return Arrays.stream(Arithmetic.values())
                .filter(known -> name == null
                        ? known == Arithmetic.FLOAT32
                        : known.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new LancetException("resume: " + file(steps) + " was trained in '" + name
                        + "', which this version of Lancet does not know; the file is damaged or newer"));
    }

    /**
     * Restores arrays.
     *
     * @throws LancetException if the state lacks one of them in this form, or has changed since it was written
     */
    void restore(Engine engine, List<ArraySpec> arrays, int steps) {
        Safetensors state = Safetensors.open(file(steps));
        if (Verification.wanted()) {
            verify(state);
        }
        for (ArraySpec array : arrays) {
            SafetensorsEntry tensor = state.tensor(array.name());
            if (tensor.dtype() != Dtype.of(array.type())
                    || !tensor.shape()
                            .equals(array.shape().stream()
                                    .map(Integer::longValue)
                                    .toList())) {
                throw new LancetException("resume: " + state.file() + " has " + tensor + ", but " + array
                        + " is trained; the state belongs to another model");
            }
        }
        engine.assign(arrays.stream().map(ArraySpec::name).toList(), state::map);
    }

    private void verify(Safetensors state) {
        state.verification().damaged().ifPresent(array -> {
            throw new LancetException("resume: " + state.file() + ": the checksum of '" + array
                    + "' is wrong, so the file has changed since it was written; remove it to "
                    + (steps().size() > 1
                            ? "continue from the state before it"
                            : "start the training from the beginning"));
        });
    }

    /** Deletes all states except some. */
    void keepOnly(Set<Integer> wanted) {
        for (int steps : steps()) {
            if (!wanted.contains(steps)) {
                remove(file(steps));
            }
        }
    }

    /** Deletes the rest of a state whose process was killed while it was written. */
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

    /** The log in the same folder. */
    Path metrics() {
        return folder.resolve(Metrics.FILE);
    }

    private List<Path> files() {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        } catch (IOException e) {
            throw IoErrors.reading(folder, e);
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
