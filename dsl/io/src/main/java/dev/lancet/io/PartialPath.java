package dev.lancet.io;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What a file or folder is called while it is written: {@code .NAME.PID-TIME.partial} beside its place, so that the last move
 * stays on one disk and two processes never share a name. A process that is killed leaves it behind; the next one that writes
 * to the same place clears it.
 */
public final class PartialPath {

    private static final String END = ".partial";

    private PartialPath() {}

    /** A name for what will lie at {@code target}; what dead processes left under such names is removed. */
    public static Path of(Path target) {
        clear(target);
        String own = ProcessHandle.current().pid() + "-" + Long.toHexString(System.nanoTime());
        return target.resolveSibling(beginning(target) + own + END);
    }

    private static String beginning(Path target) {
        return "." + target.getFileName() + ".";
    }

    /** What cannot be listed or removed stays: it is in nobody's way, and the writing itself will say what is wrong. */
    private static void clear(Path target) {
        Path folder = target.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            return;
        }
        Pattern mine = Pattern.compile(Pattern.quote(beginning(target)) + "(\\d{1,18})-[0-9a-f]{1,16}" + END);
        try (Stream<Path> beside = Files.list(folder)) {
            for (Path path : beside.toList()) {
                Matcher name = mine.matcher(String.valueOf(path.getFileName()));
                if (name.matches() && abandoned(path, Long.parseLong(name.group(1)))) {
                    delete(path);
                }
            }
        } catch (IOException | UncheckedIOException stays) {
            return;
        }
    }

    /** Whether the process is gone; one of the same number that began after the last write is another. */
    private static boolean abandoned(Path path, long pid) throws IOException {
        Optional<ProcessHandle> process = ProcessHandle.of(pid).filter(ProcessHandle::isAlive);
        if (process.isEmpty()) {
            return true;
        }
        Instant written = Files.getLastModifiedTime(path).toInstant();
        return process.get().info().startInstant().filter(written::isBefore).isPresent();
    }

    /** Removes a file, or a folder with all that is in it; nothing happens if there is none. */
    public static void delete(Path path) throws IOException {
        if (!Files.exists(path)) {
            return;
        }
        List<Path> all = new ArrayList<>(FolderTree.list(path));
        Collections.reverse(all);
        for (Path each : all) {
            Files.delete(each);
        }
    }
}
