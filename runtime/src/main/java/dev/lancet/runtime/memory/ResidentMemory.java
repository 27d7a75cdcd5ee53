package dev.lancet.runtime.memory;

import dev.lancet.dsl.LancetException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * How much of the machine's memory a process holds, as Linux counts it; other systems do not say it in this way.
 *
 * @param bytes held now ({@code VmRSS})
 * @param peak the most that was ever held ({@code VmHWM})
 */
public record ResidentMemory(long bytes, long peak) {

    private static final Path STATUS = Path.of("/proc/self/status");

    /** Bytes that this process holds now, 0 where it cannot be measured. */
    public static long now() {
        return here().map(ResidentMemory::bytes).orElse(0L);
    }

    /** What this process holds, or empty where it cannot be measured. */
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

    /** What a status text says, or empty where it says nothing of it. */
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
