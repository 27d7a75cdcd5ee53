package dev.lancet.tests.kill;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * Trials: a command is killed at a random time, perhaps twice, then run again or resumed until it ends. KillOutputs must never
 * be half, and must be those of an undisturbed run in the end.
 */
final class KillTrials {

    private static final long PATIENCE_SECONDS = 300;
    private static final int KILLED = 128 + 9;

    private final KillInputs inputs;
    private final Random random;
    private final Map<WritingCommand, Undisturbed> undisturbed = new EnumMap<>(WritingCommand.class);
    private int number;

    /** The result of a run that nobody kills, and how long it took. */
    private record Undisturbed(KillOutputs outputs, long millis) {}

    /**
     * A trial that has ended.
     *
     * @param killed how many times the command was killed before it ended
     * @param faults what was wrong, in one line each
     */
    record Trial(int killed, List<String> faults) {}

    KillTrials(Path folder, long seed) throws IOException {
        inputs = KillInputs.write(folder);
        random = new Random(seed);
    }

    /** Does one trial. */
    Trial run(WritingCommand command) throws IOException, InterruptedException {
        Undisturbed whole = whole(command);
        Path outputs = inputs.outputs("trial-" + number++);
        List<String> faults = new ArrayList<>();
        int killed = 0;
        int kills = 1 + random.nextInt(2);
        boolean resume = false;
        for (int i = 0; i < kills; i++) {
            long moment = (long) (whole.millis * 1.05 * random.nextDouble());
            int status = execute(command, outputs, resume, moment);
            if (status != KILLED) {
                break;
            }
            killed++;
            KillOutputs.of(outputs)
                    .half(whole.outputs)
                    .forEach(fault -> faults.add("killed after " + moment + " ms: " + fault));
            resume = command.resumable();
        }
        faults.addAll(finish(command, outputs, whole.outputs));
        if (faults.isEmpty()) {
            delete(outputs);
        } else {
            faults.add("see " + outputs);
        }
        return new Trial(killed, faults);
    }

    /** Runs it to its end, with {@code --resume} or without it: one of both must work. */
    private List<String> finish(WritingCommand command, Path outputs, KillOutputs whole)
            throws IOException, InterruptedException {
        int status = execute(command, outputs, command.resumable(), Long.MAX_VALUE);
        if (status != 0 && command.resumable()) {
            status = execute(command, outputs, false, Long.MAX_VALUE);
        }
        List<String> wrong = KillOutputs.of(outputs).differences(whole);
        // A command that was killed after its last output says that this output exists.
        boolean done = wrong.isEmpty() && said(outputs).contains("exists already");
        if (status != 0 && !done) {
            wrong.add(0, "cannot be finished: " + said(outputs));
        }
        if (!done) {
            KillOutputs.temporary(outputs).forEach(name -> wrong.add(name + " is left"));
        }
        return wrong;
    }

    private Undisturbed whole(WritingCommand command) throws IOException, InterruptedException {
        Undisturbed known = undisturbed.get(command);
        if (known == null) {
            Path outputs = inputs.outputs("whole-" + command.word());
            long begun = System.nanoTime();
            int status = execute(command, outputs, false, Long.MAX_VALUE);
            if (status != 0) {
                throw new IllegalStateException("kill: " + command.word() + " fails undisturbed: " + said(outputs));
            }
            known = new Undisturbed(KillOutputs.of(outputs), TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun));
            undisturbed.put(command, known);
        }
        return known;
    }

    /** Runs it, and kills it after so many milliseconds; its exit status. */
    private int execute(WritingCommand command, Path outputs, boolean resume, long millis)
            throws IOException, InterruptedException {
        List<String> line = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.lancet.cli.Main"));
        line.addAll(command.arguments(inputs.folder(), outputs, resume));
        Process process = new ProcessBuilder(line)
                .redirectErrorStream(true)
                .redirectOutput(log(outputs).toFile())
                .start();
        boolean ended =
                process.waitFor(Math.min(millis, TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS)), TimeUnit.MILLISECONDS);
        process.destroyForcibly();
        int status = process.waitFor();
        if (!ended && millis == Long.MAX_VALUE) {
            throw new IllegalStateException(
                    "kill: " + command.word() + " has not ended after " + PATIENCE_SECONDS + " s");
        }
        return status;
    }

    private static Path log(Path outputs) {
        return outputs.resolveSibling(outputs.getFileName() + ".log");
    }

    private static String said(Path outputs) throws IOException {
        return Files.readString(log(outputs)).strip();
    }

    private static void delete(Path folder) throws IOException {
        try (var walk = Files.walk(folder)) {
            for (Path file : walk.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
