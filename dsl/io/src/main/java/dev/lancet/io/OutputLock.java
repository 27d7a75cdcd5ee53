package dev.lancet.io;

import dev.lancet.dsl.LancetException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The right to write a file or folder, which only one writer has at a time. The lock is a file {@code
 * .NAME.lancet-lock} beside the target, locked by the operating system, with the number of the process in it. The system
 * releases the lock when the process ends in any way; the file is removed when the lock is closed, or by a later writer.
 * Nothing is written into the target.
 */
public final class OutputLock implements AutoCloseable {

    private static final String END = ".lancet-lock";
    private static final long MARK = Long.MAX_VALUE - 1;
    private static final int LONGEST_NOTE = 32;
    private static final long PAUSE_MILLIS = 100;

    /**
     * The locks of this process. The table must be one for the whole process: on Linux and macOS, a process loses a lock as
     * soon as it closes any other channel to the same file, so a held lock file must not be opened again.
     */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final Path file;
    private final @Nullable FileChannel channel;

    private OutputLock(Path file, @Nullable FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /**
     * Takes the lock of a target, whose folder must exist.
     *
     * @param what the kind of target, for the message
     * @throws LancetException if another writer holds it; the message names the process
     */
    public static OutputLock take(Path target, String what) {
        StringBuilder holder = new StringBuilder();
        return attempt(target, holder)
                .orElseThrow(() -> new LancetException(what + " in use: " + target + " by " + holder
                        + "; wait until it ends, or choose another " + what));
    }

    /** Takes the lock of a target, whose folder must exist; waits while another writer holds it. */
    public static OutputLock await(Path target) {
        while (true) {
            Optional<OutputLock> lock = attempt(target, new StringBuilder());
            if (lock.isPresent()) {
                return lock.get();
            }
            try {
                Thread.sleep(PAUSE_MILLIS);
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
                throw new LancetException(target + ": interrupted while another process writes it", stopped);
            }
        }
    }

    /** Whether a writer holds the lock of a target. */
    static boolean held(Path target) throws IOException {
        if (!Files.exists(file(target))) {
            return false;
        }
        Optional<OutputLock> lock = attempt(target, new StringBuilder());
        lock.ifPresent(OutputLock::close);
        return lock.isEmpty();
    }

    /** The target of a lock file, or empty if a file of this name is not one. */
    static Optional<Path> targetOf(Path file) {
        String name = String.valueOf(file.getFileName());
        return name.startsWith(".") && name.endsWith(END) && name.length() > END.length() + 1
                ? Optional.of(file.resolveSibling(name.substring(1, name.length() - END.length())))
                : Optional.empty();
    }

    private static Path file(Path target) throws IOException {
        Path whole = target.toAbsolutePath().normalize();
        Path folder = AtomicFile.folder(whole).toRealPath();
        return folder.resolve("." + whole.getFileName() + END);
    }

    /** The lock, or empty if another writer holds it, whose description is then added to {@code holder}. */
    private static Optional<OutputLock> attempt(Path target, StringBuilder holder) {
        try {
            Path file = file(target);
            if (!HELD.add(file)) {
                holder.append("this process");
                return Optional.empty();
            }
            Optional<OutputLock> lock = Optional.empty();
            try {
                lock = locked(file, holder);
            } finally {
                if (lock.isEmpty()) {
                    HELD.remove(file);
                }
            }
            return lock;
        } catch (IOException wrong) {
            throw IoErrors.writing(target, wrong);
        }
    }

    private static Optional<OutputLock> locked(Path file, StringBuilder holder) throws IOException {
        while (true) {
            try {
                Files.createFile(file);
            } catch (FileAlreadyExistsException left) {
                // Another writer holds it, or has died.
            }
            FileChannel channel = null;
            try {
                @Nullable Object before = key(file);
                channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
                if (!mark(channel)) {
                    holder.append(note(channel));
                    channel.close();
                    return Optional.empty();
                }
                // The writer that held it before may have removed the file after it was opened here.
                if (Objects.equals(before, key(file))) {
                    write(channel);
                    return Optional.of(new OutputLock(file, channel));
                }
                channel.close();
            } catch (NoSuchFileException removed) {
                if (channel != null) {
                    channel.close();
                }
            }
        }
    }

    private static @Nullable Object key(Path file) throws IOException {
        return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
    }

    /** Locks a byte far behind the content, so that others can read the content on every system. */
    private static boolean mark(FileChannel channel) {
        try {
            @Nullable FileLock lock = channel.tryLock(MARK, 1, false);
            return lock != null;
        } catch (IOException unsupported) {
            // Some network file systems have no locks; there, writers are not kept apart.
            return true;
        }
    }

    private static void write(FileChannel channel) throws IOException {
        channel.truncate(0);
        channel.write(ByteBuffer.wrap((ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.US_ASCII)), 0);
    }

    private static String note(FileChannel channel) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(LONGEST_NOTE);
        channel.read(bytes, 0);
        String pid = new String(bytes.array(), 0, bytes.position(), StandardCharsets.US_ASCII).strip();
        return pid.matches("\\d+") ? "process " + pid : "another process";
    }

    /** Lets others write the target. */
    @Override
    public void close() {
        if (!HELD.contains(file)) {
            return;
        }
        try {
            // Removed while it is locked: nobody can hold it then.
            Files.deleteIfExists(file);
            if (channel != null) {
                channel.close();
            }
        } catch (IOException stays) {
            // The next writer uses the file again.
        } finally {
            HELD.remove(file);
        }
    }
}
