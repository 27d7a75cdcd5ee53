package dev.lancet.tests.fuzz;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Runs the cases of a kind in a JVM beside this one, watches it, and starts another where it died or hangs. */
final class Trials {

    /** Beside the processor time that a case may take, for a machine that is busy with something else. */
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private static final String END_OF_OUTPUT = "";

    private final long seed;
    private final Kind kind;
    private final boolean tell;
    private final Map<Integer, Outcome> outcomes = new LinkedHashMap<>();

    Trials(long seed, Kind kind, boolean tell) {
        this.seed = seed;
        this.kind = kind;
        this.tell = tell;
    }

    /** How each of some cases ended, by its number. */
    Map<Integer, Outcome> run(int from, int to) throws IOException, InterruptedException {
        int next = from;
        while (next < to) {
            Path scratch = Files.createTempDirectory("lancet-fuzz");
            try {
                next = run(next, to, scratch);
            } finally {
                delete(scratch);
            }
        }
        return outcomes;
    }

    /** Goes on until all is done or one case ends the child; hands back what comes next. */
    private int run(int from, int to, Path scratch) throws IOException, InterruptedException {
        Path errors = scratch.resolve("errors.txt");
        Process child = start(from, to, scratch, errors);
        BlockingQueue<String> lines = new LinkedBlockingQueue<>();
        Thread reader = new Thread(() -> read(child, lines), "fuzz-reader");
        reader.setDaemon(true);
        reader.start();
        int current = from - 1;
        long begun = System.nanoTime();
        Duration cpu = Duration.ZERO;
        while (true) {
            String line = lines.poll(1, TimeUnit.SECONDS);
            if (line == null) {
                Duration used =
                        child.info().totalCpuDuration().orElse(Duration.ZERO).minus(cpu);
                boolean hangs = current >= from && used.toMillis() > 2 * Child.SLOWEST_MILLIS;
                if (hangs || System.nanoTime() - begun > PATIENCE.toNanos()) {
                    child.destroyForcibly().waitFor();
                    outcomes.put(Math.max(current, from), new Outcome(used.toMillis(), 0, "HANGS: it was ended"));
                    return Math.max(current, from) + 1;
                }
            } else if (line.equals(END_OF_OUTPUT)) {
                int status = child.waitFor();
                if (status == 0) {
                    return to;
                }
                if (current < from) {
                    throw new IllegalStateException("fuzz: " + kind.word() + " does not begin: " + last(errors));
                }
                outcomes.put(current, new Outcome(0, 0, "CRASH with status " + status + ": " + last(errors)));
                return current + 1;
            } else if (line.startsWith("begin ")) {
                current = Integer.parseInt(line.substring("begin ".length()));
                begun = System.nanoTime();
                cpu = child.info().totalCpuDuration().orElse(Duration.ZERO);
            } else if (line.startsWith("end ")) {
                String[] words = line.split(" ", 3);
                outcomes.put(Integer.parseInt(words[1]), Outcome.parse(words[2]));
            }
        }
    }

    private Process start(int from, int to, Path scratch, Path errors) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx1g",
                "-XX:ErrorFile=" + scratch.resolve("crash.txt"),
                Child.class.getName(),
                String.valueOf(seed),
                kind.name(),
                String.valueOf(from),
                String.valueOf(to),
                scratch.toString(),
                String.valueOf(tell)));
        // ONNX Runtime crashes with a long command line.
        builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
        builder.redirectError(tell ? ProcessBuilder.Redirect.INHERIT : ProcessBuilder.Redirect.to(errors.toFile()));
        return builder.start();
    }

    private static void read(Process child, BlockingQueue<String> lines) {
        try (BufferedReader reader =
                new BufferedReader(new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                lines.add(line);
            }
        } catch (IOException gone) {
            // The child is gone; its status tells why.
        }
        lines.add(END_OF_OUTPUT);
    }

    private static String last(Path errors) throws IOException {
        if (!Files.exists(errors)) {
            return "see its messages above";
        }
        List<String> lines = new String(Files.readAllBytes(errors), StandardCharsets.ISO_8859_1)
                .lines()
                .toList();
        return String.join(" | ", lines.subList(Math.max(0, lines.size() - 6), lines.size()));
    }

    private static void delete(Path folder) throws IOException {
        try (var paths = Files.walk(folder)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
