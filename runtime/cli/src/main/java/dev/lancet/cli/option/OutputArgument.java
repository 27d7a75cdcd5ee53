package dev.lancet.cli.option;

import dev.lancet.io.IoErrors;
import java.nio.file.Files;
import java.nio.file.Path;

/** Checks of the path that a command writes to. */
public final class OutputArgument {

    private OutputArgument() {}

    /** Fails if the path exists; called before the work starts, so that the work is not lost. */
    public static void mustNotExist(Path folder) {
        if (Files.exists(folder)) {
            throw IoErrors.exists(folder);
        }
    }
}
