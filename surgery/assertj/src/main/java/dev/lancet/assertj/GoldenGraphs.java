package dev.lancet.assertj;

import dev.lancet.io.AtomicFile;
import dev.lancet.surgery.golden.TextDiff;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A folder of golden files: the known texts of graphs, plans, or anything else with a canonical text.
 *
 * @param folder the folder
 * @param update whether a differing text is written to its file instead of failing the test
 */
public record GoldenGraphs(Path folder, boolean update) {

    /** The system property with the folder. */
    public static final String FOLDER = "golden.dir";

    /** The system property that makes tests rewrite golden files if it is {@code true}. */
    public static final String UPDATE = "golden.update";

    /**
     * The golden files of the running test: in {@code src/test/resources/golden} of the working directory, or in the
     * folder of the system property {@value #FOLDER}; rewritten if {@value #UPDATE} is true.
     */
    public static GoldenGraphs here() {
        return new GoldenGraphs(
                Path.of(System.getProperty(FOLDER, "src/test/resources/golden")), Boolean.getBoolean(UPDATE));
    }

    /**
     * Verifies that a text equals the golden file with this name.
     *
     * <pre>{@code
     * GoldenGraphs.here().verify("mini.plan", plan.toString());            // passes: it is what mini.plan holds
     * GoldenGraphs.here().verify("mini.plan", plan.with(step).toString()); // fails, and shows the lines that differ
     * }</pre>
     *
     * @param name the name of its file in the folder
     * @throws AssertionError if the text differs or there is no golden file yet; the message has a unified diff and
     *     says how to accept it
     * @throws IllegalArgumentException if the name leads out of the folder
     */
    public void verify(String name, String text) {
        difference(name, text).ifPresent(message -> {
            throw new AssertionError(message);
        });
    }

    /** The objection to a text; empty if it equals the golden file. Rewrites golden files if asked to. */
    Optional<String> difference(String name, String text) {
        Path file = folder.resolve(name).normalize();
        if (!file.startsWith(folder.normalize()) || file.equals(folder.normalize())) {
            throw new IllegalArgumentException(
                    "golden: '" + name + "' is not the name of a file in " + folder + "; use a plain file name");
        }
        try {
            Optional<String> complaint = complaint(name, file, text);
            if (complaint.isPresent() && update) {
                AtomicFile.replace(file, text);
                return Optional.empty();
            }
            return complaint;
        } catch (IOException failure) {
            throw new UncheckedIOException("golden: cannot read or write " + file, failure);
        }
    }

    private static Optional<String> complaint(String name, Path file, String text) throws IOException {
        if (!Files.exists(file)) {
            return Optional.of("golden: there is no " + name + " yet\n\n" + accept(file));
        }
        // A checkout may have converted line ends to those of Windows.
        String golden = Files.readString(file).replace("\r\n", "\n");
        return golden.equals(text)
                ? Optional.empty()
                : Optional.of("golden: " + name + " differs from the actual text" + version(golden, text) + "\n\n"
                        + DifferenceMessage.of(TextDiff.of(golden, text), file.toString(), "actual") + "\n"
                        + accept(file));
    }

    /** Texts of different versions differ everywhere without meaning, so the message says this first. */
    private static String version(String golden, String text) {
        String then = golden.lines().findFirst().orElse("");
        String now = text.lines().findFirst().orElse("");
        return now.startsWith("# lancet ") && !then.equals(now)
                ? "; it is in another version of the text ('" + now + "' now, '" + then + "' then)"
                : "";
    }

    private static String accept(Path file) {
        return "If this is what you want, run the test with -D" + UPDATE + "=true; it writes " + file;
    }
}
