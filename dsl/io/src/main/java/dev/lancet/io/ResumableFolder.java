package dev.lancet.io;

import dev.lancet.dsl.LancetException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * A file or folder that appears complete or not at all, as an {@link AtomicFile} or {@link AtomicFolder}. The work on it
 * survives the death of the process, so that a later process can go on from there. All of it lies in a folder {@code
 * .NAME.resumable} beside the target: the result, a {@link Journal} of the steps that are done, and whatever else the work
 * keeps. {@link #finish} moves the result to its final place in one step, and removes the folder.
 */
public final class ResumableFolder implements AutoCloseable {

    private static final String JOURNAL = "journal";
    private static final String RESULT = "result";

    private final Path target;
    private final AtomicFolder folder;
    private final Journal journal;
    private boolean kept;

    private ResumableFolder(Path target, AtomicFolder folder, Journal journal) {
        this.target = target;
        this.folder = folder;
        this.journal = journal;
    }

    /** The folder with the work on a target. */
    static Path temporary(Path target) {
        return target.toAbsolutePath().normalize().resolveSibling("." + target.getFileName() + ".resumable");
    }

    private static Path result(Path target) {
        return temporary(target).resolve(RESULT).resolve(String.valueOf(target.getFileName()));
    }

    /**
     * Checks that a target is free. If a process finished it and died before it removed the rest of the work, removes that.
     *
     * @throws LancetException if a file or folder of this name exists
     */
    public static void requireFree(Path target) {
        Path temporary = temporary(target);
        try {
            if (Files.exists(target) && Files.exists(temporary) && over(temporary) && !OutputLock.held(target)) {
                remove(temporary);
            }
        } catch (IOException wrong) {
            throw IoErrors.writing(temporary, wrong);
        }
        IoErrors.requireFree(target);
    }

    /** Whether the result was moved out of this folder, so that nothing is left to be done. */
    private static boolean over(Path temporary) throws IOException {
        Path results = temporary.resolve(RESULT);
        if (!Files.exists(temporary.resolve(JOURNAL))) {
            return true;
        }
        if (!Files.isDirectory(results)) {
            return false;
        }
        try (Stream<Path> inside = Files.list(results)) {
            return inside.findAny().isEmpty();
        }
    }

    /** Removes the journal first: without it there is nothing to continue. */
    private static void remove(Path temporary) throws IOException {
        Files.deleteIfExists(temporary.resolve(JOURNAL));
        PartialPath.delete(temporary);
    }

    /**
     * Checks that nobody has begun to write this target.
     *
     * @param more what to do to continue, for the message
     * @throws LancetException if something is there to be continued
     */
    public static void requireNone(Path target, String more) {
        Path temporary = temporary(target);
        if (Files.exists(temporary.resolve(JOURNAL))) {
            throw new LancetException(target + ": was begun and not finished; " + more + " to continue, or remove "
                    + temporary + " to start anew");
        }
    }

    /**
     * Begins a target, or opens what an earlier process left of it.
     *
     * @param work identifies the work and all that it depends on; one line
     * @throws LancetException if the target exists, if another process writes it, or if what is there is of other work
     */
    public static ResumableFolder open(Path target, String work) {
        IoErrors.requireFree(target);
        AtomicFolder folder = AtomicFolder.resumable(target, temporary(target));
        try {
            Journal journal = Journal.open(folder.partial(JOURNAL), work, target);
            if (journal.lines().isEmpty()) {
                clear(temporary(target));
            }
            return new ResumableFolder(target, folder, journal);
        } catch (IOException wrong) {
            folder.release();
            throw IoErrors.writing(target, wrong);
        } catch (RuntimeException wrong) {
            folder.release();
            throw wrong;
        }
    }

    /** Removes what lies beside a journal without a step: nothing says that it is of the same work. */
    private static void clear(Path temporary) throws IOException {
        List<Path> beside;
        try (Stream<Path> inside = Files.list(temporary)) {
            beside = inside.filter(path -> !path.endsWith(JOURNAL)).toList();
        }
        for (Path path : beside) {
            PartialPath.delete(path);
        }
    }

    /** The result as a folder that several processes fill, one after the other. */
    public AtomicFolder resultFolder() {
        return AtomicFolder.within(result(), target);
    }

    /** Where the result lies until {@link #finish}. */
    public Path result() {
        return result(target);
    }

    /** The same place, where nothing lies: a result that an earlier process wrote is removed. */
    public Path emptyResult() {
        try {
            PartialPath.delete(result());
            DurableFolders.create(AtomicFile.folder(result()));
            return result();
        } catch (IOException wrong) {
            throw IoErrors.writing(result(), wrong);
        }
    }

    /** A file or folder beside the result that later processes find, and that {@link #finish} removes. */
    public Path path(String name) {
        return folder.partial(name);
    }

    /** The steps that are done. */
    public Journal journal() {
        return journal;
    }

    /** Leaves the work for a later process, also if this one fails from here on. */
    public void keep() {
        kept = true;
    }

    /**
     * Moves the result to its final place, and removes the rest.
     *
     * @throws LancetException if that fails
     */
    public void finish() {
        journal.close();
        folder.finish(result());
        try {
            remove(temporary(target));
        } catch (IOException stays) {
            // The result is there. The next process that wants to write it removes the rest.
        }
    }

    /** Removes the folder, unless it is to be kept. */
    @Override
    public void close() {
        journal.close();
        if (kept) {
            folder.release();
        } else {
            folder.close();
        }
    }
}
