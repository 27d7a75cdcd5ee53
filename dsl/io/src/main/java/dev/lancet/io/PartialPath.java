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
 * The temporary name of a file or folder while it is written: {@code .NAME.PID-TIME.partial} in the same folder. So the
 * final rename stays on one disk, and two processes never use the same name. If a process is killed, its temporary file
 * remains; the next process that writes into the same folder removes it.
 */
public final class PartialPath {

    private static final String END = ".partial";
    private static final Pattern ANY = Pattern.compile("(?s)\\.(.+)\\.(\\d{1,18})-[0-9a-f]{1,16}\\.partial");

    private PartialPath() {}

    /** A new temporary name for {@code target}. Removes what dead processes left in its folder. */
    public static Path of(Path target) {
        clear(target);
        String own = ProcessHandle.current().pid() + "-" + Long.toHexString(System.nanoTime());
        return target.resolveSibling(beginning(target) + own + END);
    }

    private static String beginning(Path target) {
        return "." + target.getFileName() + ".";
    }

    /** Ignores files that cannot be listed or removed: they disturb nobody, and writing reports any real problem. */
    private static void clear(Path target) {
        Path folder = target.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            return;
        }
        try (Stream<Path> beside = Files.list(folder)) {
            for (Path path : beside.toList()) {
                clearOne(path, target);
            }
        } catch (IOException | UncheckedIOException stays) {
            return;
        }
    }

    /** Removes one path if a dead process left it. One that disappears meanwhile was removed by another process. */
    private static void clearOne(Path path, Path target) {
        try {
            Matcher name = ANY.matcher(String.valueOf(path.getFileName()));
            if (name.matches()) {
                Path other = path.resolveSibling(name.group(1));
                boolean own = other.getFileName().equals(target.getFileName());
                if (ended(path, Long.parseLong(name.group(2))) && (own || !OutputLock.held(other))) {
                    delete(path);
                }
                return;
            }
            Optional<Path> locked = OutputLock.targetOf(path);
            if (locked.isPresent()) {
                // A lock that nobody holds is removed by taking and closing it.
                OutputLock.held(locked.get());
            }
        } catch (IOException | RuntimeException stays) {
            return;
        }
    }

    /**
     * Whether the writing process has ended. A process with this number that began after the last write is another one.
     */
    private static boolean ended(Path path, long pid) throws IOException {
        Optional<ProcessHandle> process = ProcessHandle.of(pid).filter(ProcessHandle::isAlive);
        if (process.isEmpty()) {
            return true;
        }
        Instant written = Files.getLastModifiedTime(path).toInstant();
        return process.get().info().startInstant().filter(written::isBefore).isPresent();
    }

    /** Removes a file, or a folder with its content. Does nothing if the path does not exist. */
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
