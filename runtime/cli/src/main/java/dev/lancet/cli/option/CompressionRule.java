package dev.lancet.cli.option;

import dev.lancet.dsl.Adapter;
import dev.lancet.dsl.Compression;
import dev.lancet.dsl.CompressionMethod;
import dev.lancet.dsl.Correction;
import dev.lancet.dsl.Precision;
import dev.lancet.dsl.Rank;
import dev.lancet.dsl.Selector;
import dev.lancet.dsl.Treatment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** One rule of the command line: a pattern for weights, and the options that apply to them. */
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
                "it is given twice for " + about + "; give it once, or begin a new rule with --on");
        said.put(option, value);
    }

    /** Whether this rule chooses ranks itself. */
    boolean ranks() {
        return RANKS.stream().anyMatch(said::containsKey);
    }

    /** Whether this rule has no {@code --on}. */
    boolean everyLinearLayer() {
        return glob.isEmpty();
    }

    /** Adds this rule to a compression. If the rule sets no rank and there is a budget, the budget chooses the rank. */
    Compression addTo(Compression compression, boolean byBudget) {
        check(
                !said.isEmpty(),
                "--on",
                glob.orElse(about),
                "no option follows it; add --rank, --bits, --lora or --keep");
        Compression.Target target = compression.on(selector);
        if (said.containsKey("--keep")) {
            check(
                    said.size() == 1,
                    "--keep",
                    about,
                    "it excludes all other options of the rule; give one or" + " the other");
            return target.keep();
        }
        boolean whole = !byBudget || said.containsKey("--correction");
        Treatment stored =
                new Treatment(rank().or(() -> whole ? Optional.empty() : Optional.of(Rank.byBudget())), precision());
        Treatment treatment = correction(stored).map(stored::with).orElse(stored);
        return target.treated(methods(adapter().map(treatment::with).orElse(treatment)));
    }

    private Treatment methods(Treatment treatment) {
        if (!said.containsKey("--method")) {
            return treatment;
        }
        String value = said.getOrDefault("--method", "");
        List<CompressionMethod> methods = new ArrayList<>();
        for (String name : value.split(",", -1)) {
            Optional<CompressionMethod> found = Arrays.stream(CompressionMethod.values())
                    .filter(method -> method.name().equalsIgnoreCase(name.strip()))
                    .findFirst();
            check(found.isPresent(), "--method", value, "choose among plain, whitened, nearest and gptq");
            methods.add(found.orElseThrow());
        }
        return treatment.by(methods.toArray(CompressionMethod[]::new));
    }

    private Optional<Correction> correction(Treatment treatment) {
        if (!said.containsKey("--correction")) {
            return Optional.empty();
        }
        String value = said.getOrDefault("--correction", "");
        check(
                !ranks(),
                "--correction",
                value,
                "it corrects a matrix in one piece; leave out " + String.join(", ", RANKS));
        check(
                treatment.precision().quantized(),
                "--correction",
                value,
                "it applies only with --bits 8, 4 or nf4; add one of them");
        return Optional.of(Correction.correction(number("--correction", Integer::valueOf)));
    }

    private Optional<Adapter> adapter() {
        boolean strong = said.containsKey("--alpha");
        boolean loftq = said.containsKey("--loftq");
        if (!said.containsKey("--lora")) {
            check(!loftq, "--loftq", about, "it applies only with --lora; add --lora 8");
            check(!strong, "--alpha", said.getOrDefault("--alpha", ""), "it applies only with --lora; add --lora 8");
            return Optional.empty();
        }
        Adapter.Lora lora = Adapter.lora(number("--lora", Integer::valueOf));
        check(
                !loftq || (said.containsKey("--bits") && !said.containsKey("--correction") && !ranks()),
                "--loftq",
                about,
                "it applies only with --bits 8, 4 or nf4, and without a rank or --correction");
        Adapter.Lora strength = strong ? lora.alpha(number("--alpha", Double::valueOf)) : lora;
        return Optional.of(loftq ? strength.loftq() : strength);
    }

    private Optional<Rank> rank() {
        List<String> given = RANKS.stream().filter(said::containsKey).toList();
        check(given.size() <= 1, String.join(", ", given), about, "each of them sets the rank; keep one");
        boolean larger = said.containsKey("--allow-larger");
        check(
                !larger || said.containsKey("--rank"),
                "--allow-larger",
                about,
                "it applies only with --rank; add" + " --rank N");
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
                "it applies only with --bits 4 or --bits nf4; add one of them");
        FourBitOptions four = new FourBitOptions(
                said.containsKey("--group") ? number("--group", Integer::valueOf) : FourBitOptions.USUAL_GROUP,
                said.containsKey(FourBitOptions.DOUBLE_QUANTIZED),
                said.containsKey(FourBitOptions.ASYMMETRIC));
        four.checkUse(bits);
        return switch (bits) {
            case "32" -> {
                check(
                        !said.containsKey("--bits"),
                        "--bits",
                        bits,
                        "choose 16, 8, 4 or nf4, or leave it out to keep float32");
                yield Precision.float32();
            }
            case "16" -> Precision.bfloat16();
            case "8" -> Precision.int8();
            case "4", "nf4" -> four.of(bits);
            default -> throw new IllegalArgumentException("--bits: " + bits + "; choose 16, 8, 4 or nf4");
        };
    }

    private <T> T number(String option, Function<String, T> reader) {
        String value = said.getOrDefault(option, "");
        try {
            return reader.apply(value);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    option + ": " + value + " is not a number; write for example "
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
