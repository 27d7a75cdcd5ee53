package dev.lancet.runtime.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** The sockets of this process that listen on a port, on Linux. */
final class ListeningSockets {

    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");
    private static final List<Path> TABLES = List.of(Path.of("/proc/self/net/tcp"), Path.of("/proc/self/net/tcp6"));

    /** Columns of the tables: local address, state, inode. */
    private static final int LOCAL = 1;

    private static final int STATE = 3;
    private static final int INODE = 9;
    private static final String LISTENS = "0A";
    private static final int HEXADECIMAL = 16;

    private ListeningSockets() {}

    /** Their file descriptors; none if the system does not tell. */
    static List<Integer> on(int port) throws IOException {
        Set<String> wanted = new HashSet<>();
        for (Path table : TABLES) {
            if (Files.isReadable(table)) {
                for (String line : Files.readAllLines(table)) {
                    String[] columns = line.strip().split("\\s+", -1);
                    if (columns.length > INODE
                            && columns[STATE].equals(LISTENS)
                            && Integer.parseInt(columns[LOCAL].substring(columns[LOCAL].indexOf(':') + 1), HEXADECIMAL)
                                    == port) {
                        wanted.add("socket:[" + columns[INODE] + "]");
                    }
                }
            }
        }
        List<Integer> found = new ArrayList<>();
        if (!Files.isDirectory(DESCRIPTORS)) {
            return found;
        }
        try (Stream<Path> open = Files.list(DESCRIPTORS)) {
            for (Path descriptor : open.toList()) {
                if (Files.isSymbolicLink(descriptor) && wanted.contains(target(descriptor))) {
                    found.add(Integer.parseInt(descriptor.getFileName().toString()));
                }
            }
        }
        return found;
    }

    private static String target(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (IOException closedMeanwhile) {
            return "";
        }
    }
}
