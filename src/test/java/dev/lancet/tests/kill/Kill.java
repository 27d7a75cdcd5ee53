package dev.lancet.tests.kill;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Kills the commands that write, at random times, and checks what they leave and that they can be finished.
 *
 * <pre>
 * --minutes N   for how long; 5 if not said
 * --seed N      which times; drawn and printed if not said
 * --only NAME   one command: tokenizer, corpus, compress, recover, graph, frozen, merge, train, tune, classify, run
 * </pre>
 */
public final class Kill {

    private Kill() {}

    /** Runs it; the exit status is 1 if anything was wrong. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        Map<String, String> options = options(arguments);
        long seed = Long.parseLong(options.getOrDefault("--seed", String.valueOf(System.nanoTime() % 1_000_000)));
        double minutes = Double.parseDouble(options.getOrDefault("--minutes", "5"));
        List<WritingCommand> commands = options.containsKey("--only")
                ? List.of(WritingCommand.valueOf(
                        options.getOrDefault("--only", "").toUpperCase(Locale.ROOT)))
                : List.of(WritingCommand.values());
        Path folder = Files.createTempDirectory("lancet-kill-");
        System.out.println("seed " + seed + ", in " + folder);
        KillTrials trials = new KillTrials(folder, seed);
        long until = System.nanoTime() + (long) (minutes * TimeUnit.MINUTES.toNanos(1));
        Map<WritingCommand, int[]> tally = new LinkedHashMap<>();
        boolean sound = true;
        for (int i = 0; System.nanoTime() < until; i++) {
            WritingCommand command = commands.get(i % commands.size());
            KillTrials.Trial trial = trials.run(command);
            int[] counts = tally.computeIfAbsent(command, key -> new int[2]);
            counts[0]++;
            counts[1] += trial.killed();
            trial.faults().forEach(fault -> System.out.println(command.word() + ": " + fault));
            sound &= trial.faults().isEmpty();
        }
        tally.forEach((command, counts) -> System.out.printf(
                Locale.ROOT, "%-10s %4d trials, %4d times killed%n", command.word(), counts[0], counts[1]));
        System.out.println(sound ? "nothing was wrong" : "something was wrong; the folders above stay");
        System.exit(sound ? 0 : 1);
    }

    private static Map<String, String> options(String[] arguments) {
        List<String> known = List.of("--minutes", "--seed", "--only");
        Map<String, String> options = new LinkedHashMap<>();
        List<String> words = new ArrayList<>(Arrays.asList(arguments));
        while (!words.isEmpty()) {
            String option = words.remove(0);
            if (!known.contains(option) || words.isEmpty()) {
                throw new IllegalArgumentException(
                        "kill: " + option + "; options are " + known + ", each with a value");
            }
            options.put(option, words.remove(0));
        }
        return options;
    }
}
