package dev.lancet.cli;

import dev.lancet.dsl.LancetException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Places that are written to. */
final class OutputArgument {

    private OutputArgument() {}

    /** Found out before the work, not after it. */
    static void mustNotExist(Path folder) {
        if (Files.exists(folder)) {
            throw new LancetException("output: " + folder + " exists; remove it or choose another");
        }
    }
}
