package dev.lancet.io;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** Names of files that a stranger's file mentions. */
public final class SafeFileName {

    private SafeFileName() {}

    /** Whether it names a file that lies in the same folder, and can be the name of one here. */
    public static boolean is(String name) {
        if (name.isEmpty() || name.equals(".") || name.equals("..") || name.matches("(?s).*[/\\\\:].*")) {
            return false;
        }
        try {
            return Path.of(name).getNameCount() == 1;
        } catch (InvalidPathException impossible) {
            return false;
        }
    }
}
