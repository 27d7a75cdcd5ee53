package dev.lancet.io;

import dev.lancet.dsl.LancetException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Checks the room on a disk before work that would be lost. */
public final class DiskRoom {

    private DiskRoom() {}

    /**
     * Checks that the disk of a folder has room.
     *
     * @param what what needs the room, for the message
     * @throws LancetException if the disk has less room
     */
    public static void require(Path folder, long bytes, String what) {
        try {
            long free = Files.getFileStore(folder).getUsableSpace();
            if (bytes > free) {
                throw new LancetException(folder + ": " + what + " needs " + bytes + " bytes, but the disk has only "
                        + free + " free; free some or choose another place");
            }
        } catch (IOException wrong) {
            throw IoErrors.writing(folder, wrong);
        }
    }
}
