package dev.lancet.cli.option;

import dev.lancet.dsl.LancetException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Places that are written to. */
public final class OutputArgument {

    private OutputArgument() {}

    /** Found out before the work, not after it. */
    public static void mustNotExist(Path folder) {
        if (Files.exists(folder)) {
            throw new LancetException("output: " + folder + " exists; remove it or choose another");
        }
    }
}
