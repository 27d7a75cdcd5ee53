package dev.lancet.runtime.memory;

import dev.lancet.dsl.LancetException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The memory that a process holds, as Linux counts it; other systems do not report it in this way.
 *
 * @param bytes the current resident memory ({@code VmRSS})
 * @param peak the most resident memory so far ({@code VmHWM})
 */
public record ResidentMemory(long bytes, long peak) {

    private static final Path STATUS = Path.of("/proc/self/status");

    /** The bytes that this process holds now, 0 if they cannot be measured. */
    public static long now() {
        return here().map(ResidentMemory::bytes).orElse(0L);
    }

    /** The memory of this process, or empty if it cannot be measured. */
    public static Optional<ResidentMemory> here() {
        if (!Files.isReadable(STATUS)) {
            return Optional.empty();
        }
        try {
            return parse(Files.readString(STATUS));
        } catch (IOException wrong) {
            throw new LancetException("memory: " + STATUS + " cannot be read: " + wrong.getMessage(), wrong);
        }
    }

    /** The values in a status text, or empty if it does not have them. */
    static Optional<ResidentMemory> parse(String status) {
        long bytes = kilobytes(status, "VmRSS:") * 1024;
        long peak = kilobytes(status, "VmHWM:") * 1024;
        return bytes > 0 && peak > 0 ? Optional.of(new ResidentMemory(bytes, peak)) : Optional.empty();
    }

    private static long kilobytes(String status, String key) {
        return status.lines()
                .filter(line -> line.startsWith(key))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElse(0);
    }
}
