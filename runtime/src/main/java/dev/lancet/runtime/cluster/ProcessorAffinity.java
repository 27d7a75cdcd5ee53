package dev.lancet.runtime.cluster;

import dev.lancet.dsl.LancetException;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The processors of this process, shared by worker processes. */
public final class ProcessorAffinity {

    private static final Path STATUS = Path.of("/proc/self/status");
    private static final String ALLOWED = "Cpus_allowed_list:";

    private ProcessorAffinity() {}

    /**
     * Equal parts of the processors, as lists for {@code taskset -c}. They are empty where the system cannot bind a
     * process to processors; the workers then share all of them.
     *
     * @throws LancetException if there are fewer processors than workers
     */
    public static List<String> share(int workers) {
        int processors = Runtime.getRuntime().availableProcessors();
        if (processors < workers) {
            throw new LancetException("workers: " + workers + " on " + processors
                    + " processors would wait for each other; start at most " + processors);
        }
        List<Integer> allowed = allowed();
        if (allowed.size() < workers || !installed("taskset")) {
            return IntStream.range(0, workers).mapToObj(worker -> "").toList();
        }
        int each = allowed.size() / workers;
        return IntStream.range(0, workers)
                .mapToObj(worker -> allowed.subList(worker * each, (worker + 1) * each).stream()
                        .map(String::valueOf)
                        .collect(Collectors.joining(",")))
                .toList();
    }

    private static List<Integer> allowed() {
        try {
            return Files.isReadable(STATUS)
                    ? Files.readAllLines(STATUS).stream()
                            .filter(line -> line.startsWith(ALLOWED))
                            .map(line ->
                                    numbers(line.substring(ALLOWED.length()).strip()))
                            .findFirst()
                            .orElse(List.of())
                    : List.of();
        } catch (IOException untold) {
            return List.of();
        }
    }

    /** Reads {@code 0-3,8}. */
    static List<Integer> numbers(String list) {
        List<Integer> numbers = new ArrayList<>();
        for (String range : list.split(",", -1)) {
            String[] ends = range.split("-", 2);
            int last = Integer.parseInt(ends[ends.length - 1]);
            for (int number = Integer.parseInt(ends[0]); number <= last; number++) {
                numbers.add(number);
            }
        }
        return numbers;
    }

    private static boolean installed(String program) {
        String path = System.getenv("PATH");
        return path != null
                && Arrays.stream(path.split(File.pathSeparator, -1))
                        .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }
}
