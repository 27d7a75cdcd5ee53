package dev.lancet.tests.fuzz;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** What became of many cases. */
final class Tally {

    private static final int EXAMPLES = 4;

    private final long seed;
    private final Map<Kind, Map<Integer, Outcome>> all = new EnumMap<>(Kind.class);

    Tally(long seed) {
        this.seed = seed;
    }

    void add(Kind kind, Map<Integer, Outcome> outcomes) {
        all.put(kind, outcomes);
    }

    /** One line of a table: cases, how they ended, the slowest, the one that took most memory. */
    String line(Kind kind) {
        Map<Integer, Outcome> outcomes = all.getOrDefault(kind, Map.of());
        long opened = outcomes.values().stream().filter(Outcome::opened).count();
        long sound = outcomes.values().stream().filter(Outcome::sound).count();
        long millis =
                outcomes.values().stream().mapToLong(Outcome::millis).max().orElse(0);
        long bytes = outcomes.values().stream().mapToLong(Outcome::bytes).max().orElse(0);
        return String.format(
                Locale.ROOT,
                "%-12s %6d cases: %5d opened, %5d refused, %4d faults; slowest %5d ms, most memory %4d MiB",
                kind.word(),
                outcomes.size(),
                opened,
                sound - opened,
                outcomes.size() - sound,
                millis,
                bytes >> 20);
    }

    boolean sound() {
        return all.values().stream()
                .allMatch(outcomes -> outcomes.values().stream().allMatch(Outcome::sound));
    }

    /** The faults, each once, with how to see it again. */
    String faults() {
        StringBuilder text = new StringBuilder();
        all.forEach((kind, outcomes) -> {
            Map<String, Integer> counts = new TreeMap<>();
            Map<String, String> examples = new TreeMap<>();
            outcomes.forEach((number, outcome) -> {
                if (!outcome.sound()) {
                    String fault = outcome.fault();
                    if (counts.merge(fault, 1, Integer::sum) <= EXAMPLES) {
                        examples.merge(fault, example(number, outcome), String::concat);
                    }
                }
            });
            counts.forEach((fault, count) ->
                    text.append(String.format("%s: %d times %s%n%s", kind.word(), count, fault, examples.get(fault))));
            counts.keySet().stream()
                    .findFirst()
                    .ifPresent(any ->
                            text.append(String.format("  again: --seed %d --only %s --case N%n", seed, kind.word())));
        });
        return text.toString();
    }

    private static String example(int number, Outcome outcome) {
        String verdict = outcome.verdict();
        return "  case " + number + ": " + verdict.substring(0, Math.min(300, verdict.length())) + "\n";
    }
}
