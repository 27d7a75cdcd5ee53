package dev.lancet.cli.option;

import dev.lancet.cli.console.LancetCommand;
import dev.lancet.dsl.Budget;
import dev.lancet.dsl.Compression;
import dev.lancet.dsl.Rank;
import dev.lancet.dsl.Selector;
import dev.lancet.script.Script;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Stack;
import picocli.CommandLine;
import picocli.CommandLine.IParameterConsumer;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/**
 * The options that say what becomes of which weights. Their order counts: what follows an {@code --on} belongs to it, so
 * each option is taken as it comes and written into the rule under way.
 */
public final class CompressionRules {

    private final List<CompressionRule> rules = new ArrayList<>();

    @Option(
            names = "--on",
            paramLabel = "GLOB",
            parameterConsumer = Taker.class,
            description = "The weights that the options after it are about, such as 'h.*.mlp.*'. May be repeated; the"
                    + " last rule that selects a weight decides it. Without it: every linear layer.")
    String on = "";

    @Option(
            names = "--rank",
            paramLabel = "N",
            parameterConsumer = Taker.class,
            description = "Replace each matrix by two narrower ones with N columns and rows between them.")
    String rank = "";

    @Option(
            names = "--ratio",
            paramLabel = "X",
            parameterConsumer = Taker.class,
            description = "The same, with the largest rank that holds at most this share of the parameters.")
    String ratio = "";

    @Option(
            names = "--energy",
            paramLabel = "X",
            parameterConsumer = Taker.class,
            description = "The same, with the smallest rank that keeps this share of the squared singular values;"
                    + " needs a model with weights.")
    String energy = "";

    @Option(
            names = "--bits",
            paramLabel = "16|8|4|nf4",
            parameterConsumer = Taker.class,
            description = "Store in bfloat16, 8 bits a channel, 4 bits in groups, or 4-bit normal floats in groups.")
    String bits = "";

    @Option(
            names = "--group",
            paramLabel = "N",
            parameterConsumer = Taker.class,
            description = "Weights that share a scale in 4 bits; 32 if not said.")
    String group = "";

    @Option(
            names = "--lora",
            paramLabel = "N",
            parameterConsumer = Taker.class,
            description =
                    "Put an adapter of this width beside each, fresh; lancet tune trains it, and nothing else then.")
    String lora = "";

    @Option(
            names = "--alpha",
            paramLabel = "X",
            parameterConsumer = Taker.class,
            description = "Strength of the adapter; twice its width if not said.")
    String alpha = "";

    @Option(names = "--keep", arity = "0", parameterConsumer = Taker.class, description = "Leave the weights alone.")
    boolean keep;

    @Option(
            names = "--allow-larger",
            arity = "0",
            parameterConsumer = Taker.class,
            description = "Take the --rank also where two factors are no smaller than the matrix.")
    boolean allowLarger;

    @Option(
            names = "--budget",
            paramLabel = "600MB|2.64x",
            description =
                    "What the whole model may take, in B, kB, MB, GB, KiB, MiB or GiB, or how many times smaller it"
                            + " is to be. Alone it chooses bits and ranks: 8 bits for every matrix, tables too, or 4 where 8"
                            + " do not suffice, and ranks for the linear layers where bits do not. Beside rules it chooses the"
                            + " rank of every linear layer that no rule gives a rank or keeps; tables are only made smaller"
                            + " by rules, such as --on embedding --bits 8. Ranks follow from singular values where the"
                            + " weights are at hand; otherwise every layer keeps the same share.")
    Optional<String> budget = Optional.empty();

    /** Whether any rule was given. */
    public boolean given() {
        return !rules.isEmpty() || budget.isPresent();
    }

    /** What the options say, or a recipe in their place. */
    public Compression chosen(LancetCommand command, Optional<Path> recipe) {
        if (recipe.isPresent() && given()) {
            throw command.wrongUsage("rules: " + recipe.get() + " and options; give one of them");
        }
        return recipe.map(script -> RecipePlans.rules(Script.load(script))).orElseGet(() -> compression(command));
    }

    private Compression compression(LancetCommand command) {
        try {
            return budget.map(limit -> within(Budget.parse(limit))).orElseGet(() -> all(Compression.keepAll(), false));
        } catch (IllegalArgumentException e) {
            throw command.wrongUsage(String.valueOf(e.getMessage()));
        }
    }

    private Compression within(Budget limit) {
        if (rules.isEmpty()) {
            return Compression.keepAll().within(limit);
        }
        Compression base = Compression.keepAll();
        if (!rules.get(0).everyLinearLayer()) {
            base = base.on(Selector.linears()).factorise(Rank.byBudget());
        } else if (rules.get(0).ranks()) {
            throw new IllegalArgumentException(
                    "--budget: " + limit
                            + "; every linear layer is given its rank already, leave one of them out or say --on before the rank");
        }
        return all(base, true).within(limit);
    }

    private Compression all(Compression base, boolean byBudget) {
        Compression all = base;
        for (CompressionRule rule : rules) {
            all = rule.addTo(all, byBudget);
        }
        return all;
    }

    /** Takes one option of a rule. */
    static final class Taker implements IParameterConsumer {

        @Override
        public void consumeParameters(Stack<String> arguments, ArgSpec option, CommandSpec command) {
            CompressionRules rules = command.mixins().values().stream()
                    .map(CommandSpec::userObject)
                    .filter(CompressionRules.class::isInstance)
                    .map(CompressionRules.class::cast)
                    .findFirst()
                    .orElseThrow();
            String name = ((CommandLine.Model.OptionSpec) option).longestName();
            boolean flag = option.arity().max() == 0;
            if (!flag && arguments.isEmpty()) {
                throw new ParameterException(
                        command.commandLine(), name + ": nothing follows it; say " + option.paramLabel());
            }
            try {
                rules.take(name, flag ? "" : arguments.pop());
            } catch (IllegalArgumentException e) {
                throw new ParameterException(command.commandLine(), String.valueOf(e.getMessage()), e);
            }
        }
    }

    private void take(String option, String value) {
        if (option.equals("--on")) {
            rules.add(CompressionRule.on(value));
            return;
        }
        if (rules.isEmpty()) {
            rules.add(CompressionRule.onEveryLinearLayer());
        }
        rules.get(rules.size() - 1).say(option, value);
    }
}
