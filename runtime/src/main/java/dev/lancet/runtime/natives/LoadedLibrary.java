package dev.lancet.runtime.natives;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * A shared library in the memory of this process.
 *
 * @param file the file it was loaded from
 * @param start address of the first byte of the file
 * @param process all memory mappings of the process
 */
record LoadedLibrary(Path file, long start, List<Mapping> process) {

    private static final Path MAPPED = Path.of("/proc/self/maps");

    LoadedLibrary {
        process = List.copyOf(process);
    }

    /** The library whose file has this name; empty if there is none, or if the file was deleted since. */
    static Optional<LoadedLibrary> named(String name) throws IOException {
        List<Mapping> process;
        try (Stream<String> lines = Files.lines(MAPPED)) {
            process = lines.map(Mapping::of).toList();
        }
        return process.stream()
                .filter(mapping -> mapping.offset() == 0 && mapping.file().endsWith("/" + name))
                .findFirst()
                .map(mapping -> new LoadedLibrary(Path.of(mapping.file()), mapping.start(), process));
    }

    /** The address of a variable of this size, exported or not; empty unless its memory is writable. */
    OptionalLong variable(String symbol, int bytes) throws IOException {
        try (ElfFile elf = ElfFile.open(file)) {
            return elf.variable(symbol, bytes).stream()
                    .map(offset -> start + offset)
                    .filter(address -> process.stream().anyMatch(mapping -> mapping.writable(address, bytes)))
                    .findFirst();
        }
    }

    /**
     * A line of {@code /proc/self/maps}: START-END PERMISSIONS OFFSET DEVICE INODE FILE.
     *
     * @param offset the offset of the first byte in the file
     * @param file the file, or empty if the mapping has none
     */
    record Mapping(long start, long end, boolean writable, long offset, String file) {

        private static final int FIELDS = 6;

        static Mapping of(String line) {
            String[] fields = line.split(" +", FIELDS);
            String[] range = fields[0].split("-", 2);
            return new Mapping(
                    Long.parseUnsignedLong(range[0], 16),
                    Long.parseUnsignedLong(range[1], 16),
                    fields[1].startsWith("rw"),
                    Long.parseUnsignedLong(fields[2], 16),
                    fields.length < FIELDS ? "" : fields[FIELDS - 1]);
        }

        boolean writable(long address, int bytes) {
            return writable && address >= start && address + bytes <= end;
        }
    }
}
