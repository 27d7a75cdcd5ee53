package dev.lancet.cli.option;

import dev.lancet.dsl.Adapter;
import dev.lancet.dsl.Compression;
import dev.lancet.dsl.Precision;
import dev.lancet.dsl.Rank;
import dev.lancet.dsl.Selector;
import dev.lancet.dsl.Treatment;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** One rule of the command line: some weights and the options that were said about them. */
final class CompressionRule {

    private static final List<String> RANKS = List.of("--rank", "--ratio", "--energy");

    private final Optional<String> glob;
    private final String about;
    private final Selector selector;
    private final Map<String, String> said = new LinkedHashMap<>();

    private CompressionRule(Optional<String> glob, Selector selector) {
        this.glob = glob;
        this.about = glob.map(pattern -> "--on " + pattern).orElse("every linear layer");
        this.selector = selector;
    }

    static CompressionRule on(String glob) {
        return new CompressionRule(Optional.of(glob), Selector.named(glob));
    }

    static CompressionRule onEveryLinearLayer() {
        return new CompressionRule(Optional.empty(), Selector.linears());
    }

    void say(String option, String value) {
        check(
                !said.containsKey(option),
                option,
                value,
                "it is given twice for " + about + "; say it once, or --on again");
        said.put(option, value);
    }

    /** Whether it chooses ranks itself. */
    boolean ranks() {
        return RANKS.stream().anyMatch(said::containsKey);
    }

    /** Whether it stands without {@code --on}. */
    boolean everyLinearLayer() {
        return glob.isEmpty();
    }

    /** A rule that says no rank leaves it to the budget, if there is one. */
    Compression addTo(Compression compression, boolean byBudget) {
        check(
                !said.isEmpty(),
                "--on",
                glob.orElse(about),
                "nothing is said about it; add --rank, --bits, --lora or --keep");
        Compression.Target target = compression.on(selector);
        if (said.containsKey("--keep")) {
            check(said.size() == 1, "--keep", about, "other options stand with it; say either");
            return target.keep();
        }
        Treatment treatment =
                new Treatment(rank().or(() -> byBudget ? Optional.of(Rank.byBudget()) : Optional.empty()), precision());
        return target.treated(adapter().map(treatment::with).orElse(treatment));
    }

    private Optional<Adapter> adapter() {
        boolean strong = said.containsKey("--alpha");
        if (!said.containsKey("--lora")) {
            check(!strong, "--alpha", said.getOrDefault("--alpha", ""), "it goes with --lora; add one");
            return Optional.empty();
        }
        Adapter.Lora lora = Adapter.lora(number("--lora", Integer::valueOf));
        return Optional.of(strong ? lora.alpha(number("--alpha", Double::valueOf)) : lora);
    }

    private Optional<Rank> rank() {
        List<String> given = RANKS.stream().filter(said::containsKey).toList();
        check(given.size() <= 1, String.join(", ", given), about, "each chooses the rank; keep one");
        boolean larger = said.containsKey("--allow-larger");
        check(!larger || said.containsKey("--rank"), "--allow-larger", about, "there is no --rank with it; add one");
        return given.stream().findFirst().map(option -> switch (option) {
            case "--rank" -> {
                Rank.Fixed rank = Rank.rank(number(option, Integer::valueOf));
                yield larger ? rank.allowLarger() : rank;
            }
            case "--ratio" -> Rank.ratio(number(option, Double::valueOf));
            default -> Rank.energy(number(option, Double::valueOf));
        });
    }

    private Precision precision() {
        String bits = said.getOrDefault("--bits", "32");
        boolean grouped = bits.equals("4") || bits.equals("nf4");
        String group = said.getOrDefault("--group", "32");
        check(
                grouped || !said.containsKey("--group"),
                "--group",
                group,
                "it goes with --bits 4 or --bits nf4; add one");
        return switch (bits) {
            case "32" -> {
                check(
                        !said.containsKey("--bits"),
                        "--bits",
                        bits,
                        "it is 16, 8, 4 or nf4; leave it out to keep float32");
                yield Precision.float32();
            }
            case "16" -> Precision.bfloat16();
            case "8" -> Precision.int8();
            case "4" -> Precision.int4(groupSize());
            case "nf4" -> Precision.nf4(groupSize());
            default -> throw new IllegalArgumentException("--bits: " + bits + "; it is 16, 8, 4 or nf4");
        };
    }

    private int groupSize() {
        return said.containsKey("--group") ? number("--group", Integer::valueOf) : 32;
    }

    private <T> T number(String option, Function<String, T> reader) {
        String value = said.getOrDefault(option, "");
        try {
            return reader.apply(value);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    option + ": " + value + "; it is a number, for example "
                            + (RANKS.indexOf(option) > 0 ? "0.5" : "32"),
                    e);
        }
    }

    private static void check(boolean holds, String option, String value, String wayOut) {
        if (!holds) {
            throw new IllegalArgumentException(option + ": " + value + "; " + wayOut);
        }
    }
}
