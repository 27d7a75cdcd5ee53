package dev.lancet.runtime.memory;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The memory of the machine, or of the container if it has less.
 *
 * @param total all of it, in bytes; 0 if unknown
 * @param free what a process can still take without pushing others out, in bytes; 0 if unknown
 */
public record AvailableMemory(long total, long free) {

    private static final Path MEMORY = Path.of("/proc/meminfo");

    /** The memory now. */
    public static AvailableMemory now() {
        if (!(ManagementFactory.getOperatingSystemMXBean()
                instanceof com.sun.management.OperatingSystemMXBean system)) {
            return new AvailableMemory(0, 0);
        }
        long total = system.getTotalMemorySize();
        // Outside Linux, what the system calls free leaves out its file cache, so it would warn too often.
        long free = ofMachine();
        // In a container with a limit, the machine's free memory says nothing of the limit.
        return new AvailableMemory(total, Math.min(free, Math.max(0, total - ResidentMemory.now())));
    }

    private static long ofMachine() {
        try {
            return Files.isReadable(MEMORY) ? parse(Files.readString(MEMORY)) : 0;
        } catch (IOException unknown) {
            return 0;
        }
    }

    /** The value in the text of the system, 0 if it has none. */
    static long parse(String text) {
        return text.lines()
                .filter(line -> line.startsWith("MemAvailable:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                .findFirst()
                .orElse(0);
    }
}
