package dev.lancet.io;

import dev.lancet.dsl.LancetException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A folder that appears complete or not at all, as an {@link AtomicFolder}. What it holds survives the death of the process,
 * so that a later process can go on from there: its temporary name is always {@code .NAME.resumable}, and a {@link Journal}
 * tells which steps are done.
 */
public final class ResumableFolder implements AutoCloseable {

    private static final String JOURNAL = "journal";

    private final AtomicFolder folder;
    private final Journal journal;

    private ResumableFolder(AtomicFolder folder, Journal journal) {
        this.folder = folder;
        this.journal = journal;
    }

    /** The temporary name of a folder. */
    static Path temporary(Path target) {
        return target.toAbsolutePath().normalize().resolveSibling("." + target.getFileName() + ".resumable");
    }

    /**
     * Checks that nobody has begun to write this folder.
     *
     * @param more what to do to continue, for the message
     * @throws LancetException if something is there to be continued
     */
    public static void requireNone(Path target, String more) {
        Path temporary = temporary(target);
        if (Files.exists(temporary)) {
            throw new LancetException(target + ": was begun and not finished; " + more + " to continue, or remove "
                    + temporary + " to start anew");
        }
    }

    /**
     * Begins a folder, or opens what an earlier process left of it.
     *
     * @param work identifies the work and all that it depends on; one line
     * @throws LancetException if the folder exists, if another process writes it, or if what is there is of other work
     */
    public static ResumableFolder open(Path target, String work) {
        IoErrors.requireFree(target);
        AtomicFolder folder = AtomicFolder.resumable(target, temporary(target), List.of(JOURNAL));
        try {
            return new ResumableFolder(folder, Journal.open(folder.partial(JOURNAL), work, target));
        } catch (RuntimeException wrong) {
            folder.release();
            throw wrong;
        }
    }

    /** The folder to fill. */
    public AtomicFolder folder() {
        return folder;
    }

    /** The steps that are done. Close it before the folder is finished. */
    public Journal journal() {
        return journal;
    }

    /** Removes the folder, unless it is finished. */
    @Override
    public void close() {
        journal.close();
        folder.close();
    }
}
