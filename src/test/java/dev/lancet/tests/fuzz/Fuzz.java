package dev.lancet.tests.fuzz;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Damages files and opens them: every one must end opened, or refused in one line that names it; none in a crash, in more
 * than ten seconds, or in more than 256 MiB beside the bytes that lie there.
 *
 * <pre>
 * --seed N      which damage; 1 if not said
 * --cases N     how many cases over all kinds; 10000 if not said
 * --only KIND   one kind: graph, savedmodel, bundle, safetensors, ...
 * --case N      one case of that kind, with stack traces
 * </pre>
 */
public final class Fuzz {

    private Fuzz() {}

    /** Runs it; the exit status is 1 if a case did not end as it must. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        Map<String, String> options = options(arguments);
        long seed = Long.parseLong(options.getOrDefault("--seed", "1"));
        int cases = Integer.parseInt(options.getOrDefault("--cases", "10000"));
        List<Kind> kinds = options.containsKey("--only")
                ? List.of(Kind.valueOf(options.getOrDefault("--only", "").toUpperCase(Locale.ROOT)))
                : List.of(Kind.values());
        if (options.containsKey("--case")) {
            int number = Integer.parseInt(options.getOrDefault("--case", ""));
            Map<Integer, Outcome> ended = new Trials(seed, kinds.get(0), true).run(number, number + 1);
            ended.values().forEach(System.out::println);
            System.exit(ended.values().stream().allMatch(Outcome::sound) ? 0 : 1);
        }
        Tally tally = new Tally(seed);
        for (Kind kind : kinds) {
            int share = kinds.size() == 1 ? cases : kind.cases(cases);
            tally.add(kind, new Trials(seed, kind, false).run(0, share));
            System.out.println(tally.line(kind));
        }
        System.out.print(tally.faults());
        System.exit(tally.sound() ? 0 : 1);
    }

    private static Map<String, String> options(String[] arguments) {
        List<String> known = List.of("--seed", "--cases", "--only", "--case");
        Map<String, String> options = new LinkedHashMap<>();
        List<String> words = new ArrayList<>(Arrays.asList(arguments));
        while (!words.isEmpty()) {
            String option = words.remove(0);
            if (!known.contains(option) || words.isEmpty()) {
                throw new IllegalArgumentException(
                        "fuzz: " + option + "; options are " + known + ", each with a value");
            }
            options.put(option, words.remove(0));
        }
        if (options.containsKey("--case") && !options.containsKey("--only")) {
            throw new IllegalArgumentException("fuzz: --case counts within a kind; say --only KIND, too");
        }
        return options;
    }
}
