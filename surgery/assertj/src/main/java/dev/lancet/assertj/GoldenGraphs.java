package dev.lancet.assertj;

import dev.lancet.surgery.golden.TextDiff;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A folder of texts that graphs (or plans, or whatever has a canonical text) are known to have.
 *
 * @param folder where they lie
 * @param update whether a text that differs is written down instead of being a failure
 */
public record GoldenGraphs(Path folder, boolean update) {

    /** The system property that names the folder. */
    public static final String FOLDER = "golden.dir";

    /** The system property that has goldens rewritten if it is {@code true}. */
    public static final String UPDATE = "golden.update";

    /** So many lines of a difference are shown. */
    private static final int SHOWN = 400;

    /**
     * The goldens of the test that runs: in {@code src/test/resources/golden} of the working directory, or where the system
     * property {@value #FOLDER} says; rewritten if {@value #UPDATE} is true.
     */
    public static GoldenGraphs here() {
        return new GoldenGraphs(
                Path.of(System.getProperty(FOLDER, "src/test/resources/golden")), Boolean.getBoolean(UPDATE));
    }

    /**
     * Verifies that a text is the golden of this name.
     *
     * <pre>{@code
     * GoldenGraphs.here().verify("mini.plan", plan.toString());            // passes: it is what mini.plan holds
     * GoldenGraphs.here().verify("mini.plan", plan.with(step).toString()); // fails, and shows the lines that differ
     * }</pre>
     *
     * @param name the name of its file in the folder
     * @throws AssertionError with a unified diff and the way to accept it, if the text is another or there is no golden yet
     * @throws IllegalArgumentException if the name leads out of the folder
     */
    public void verify(String name, String text) {
        difference(name, text).ifPresent(message -> {
            throw new AssertionError(message);
        });
    }

    /** What is to be said against a text, nothing if it is the golden of this name; goldens are rewritten here. */
    Optional<String> difference(String name, String text) {
        Path file = folder.resolve(name).normalize();
        if (!file.startsWith(folder.normalize()) || file.equals(folder.normalize())) {
            throw new IllegalArgumentException("golden: '" + name + "' is no name of a file in " + folder);
        }
        try {
            Optional<String> complaint = complaint(name, file, text);
            if (complaint.isPresent() && update) {
                Files.createDirectories(file.toAbsolutePath().getParent());
                Files.writeString(file, text);
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
        // A checkout may have turned the ends of lines into Windows'.
        String golden = Files.readString(file).replace("\r\n", "\n");
        return golden.equals(text)
                ? Optional.empty()
                : Optional.of("golden: " + name + " is another text now" + version(golden, text) + "\n\n"
                        + TextDiff.of(golden, text).unified(file.toString(), "actual", SHOWN) + "\n" + accept(file));
    }

    /** Texts of other versions differ everywhere and mean nothing by it: that is said first. */
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
