package dev.lancet.runtime.compress;

import dev.lancet.dsl.Compression;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.io.IoErrors;
import dev.lancet.io.Sha256;
import dev.lancet.runtime.checkpoint.Versions;
import dev.lancet.runtime.json.LanguageJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Identifies a compression by all that its result depends on. */
public final class CompressionFingerprint {

    private CompressionFingerprint() {}

    /**
     * One line that two compressions share only if they give the same result.
     *
     * @param model the file or folder of the input; its files count by name, size and time of change, because reading gigabytes
     *     would take as long as some of the work
     * @param rules what was asked for; it names the methods, which the plan does not
     * @param calibration identifies the calibration, or empty without
     */
    public static String of(Path model, Compression rules, Plan into, String calibration) {
        try (Stream<Path> walk = Files.walk(model)) {
            List<Path> files = walk.filter(Files::isRegularFile).sorted().toList();
            StringBuilder input = new StringBuilder();
            for (Path file : files) {
                input.append(model.relativize(file)).append(' ').append(Files.size(file));
                input.append(' ').append(Files.getLastModifiedTime(file)).append('\n');
            }
            return "lancet " + Versions.lancet() + ", input " + Sha256.of(input.toString()) + ", rules "
                    + Sha256.of(rules.toString()) + ", plan " + Sha256.of(LanguageJson.pretty(into)) + ", calibration "
                    + Sha256.of(calibration);
        } catch (IOException wrong) {
            throw IoErrors.reading(model, wrong);
        }
    }
}
