package dev.lancet.io;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** Checks file names that come from an untrusted file. */
public final class SafeFileName {

    private SafeFileName() {}

    /** Whether the name stays inside its folder and is a legal file name on this system. */
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
