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
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/**
 * The options that say which weights to compress, and how. Their order matters: the options after an {@code --on}
 * belong to it. Therefore each option is added to the current rule in the order of the command line.
 */
public final class CompressionRules {

    private final List<CompressionRule> rules = new ArrayList<>();

    @Option(
            names = "--on",
            paramLabel = "GLOB",
            parameterConsumer = Taker.class,
            description = "Apply the options after it to the weights whose names match GLOB, for example 'h.*.mlp.*'."
                    + " Repeatable; if several rules match a weight, the last one applies (default:"
                    + " every linear layer).")
    String on = "";

    @Option(
            names = "--rank",
            paramLabel = "N",
            parameterConsumer = Taker.class,
            description = "Replace each matrix by the product of two factors of rank N: one with N columns, the other"
                    + " with N rows.")
    String rank = "";

    @Option(
            names = "--ratio",
            paramLabel = "X",
            parameterConsumer = Taker.class,
            description = "Like --rank, with the largest rank whose factors have at most this share of the matrix's"
                    + " parameters, for example 0.5.")
    String ratio = "";

    @Option(
            names = "--energy",
            paramLabel = "X",
            parameterConsumer = Taker.class,
            description = "Like --rank, with the smallest rank that keeps this share of the sum of squared singular"
                    + " values, for example 0.95. Needs a model with weights.")
    String energy = "";

    @Option(
            names = "--bits",
            paramLabel = "16|8|4|nf4",
            parameterConsumer = Taker.class,
            description = "Store in bfloat16 (16), in 8 bits with a scale per channel, in 4 bits with a scale"
                    + " per group,"
                    + " or in 4-bit NormalFloat with a scale per group (nf4). Default: float32.")
    String bits = "";

    @Option(
            names = "--group",
            paramLabel = "N",
            parameterConsumer = Taker.class,
            description = "How many weights share a scale with --bits 4 or nf4 (default: 32).")
    String group = "";

    @Option(
            names = "--correction",
            paramLabel = "N",
            parameterConsumer = Taker.class,
            description =
                    "Add two narrow 8-bit matrices of rank N to each layer; they restore a part of what the rounding"
                            + " of --bits 8, 4 or nf4 loses. A budget then chooses no rank for the layer.")
    String correction = "";

    @Option(
            names = "--method",
            paramLabel = "METHOD",
            parameterConsumer = Taker.class,
            description =
                    "How to compute factors (plain, whitened) and codes (nearest, gptq); one of each, separated by a"
                            + " comma. Default: whitened and gptq with --calibrate, plain and nearest without.")
    String method = "";

    @Option(
            names = FourBitOptions.DOUBLE_QUANTIZED,
            arity = "0",
            parameterConsumer = Taker.class,
            description = "With --bits 4 or nf4, store the scales in 8 bits instead of 32.")
    boolean doubleQuantized;

    @Option(
            names = FourBitOptions.ASYMMETRIC,
            arity = "0",
            parameterConsumer = Taker.class,
            description = "With --bits 4, quantize from the smallest to the largest weight of each group instead of"
                    + " symmetrically around 0. Stores one more byte per group.")
    boolean asymmetric;

    @Option(
            names = "--lora",
            paramLabel = "N",
            parameterConsumer = Taker.class,
            description = "Add an untrained adapter of rank N to each layer. lancet tune then trains these alone.")
    String lora = "";

    @Option(
            names = "--alpha",
            paramLabel = "X",
            parameterConsumer = Taker.class,
            description = "Strength of the adapter: its product is multiplied by X / rank (default: twice the rank).")
    String alpha = "";

    @Option(
            names = "--loftq",
            arity = "0",
            parameterConsumer = Taker.class,
            description = "With --lora and --bits 8, 4 or nf4, begin the adapter with what rounding loses (LoftQ).")
    boolean loftq;

    @Option(
            names = "--keep",
            arity = "0",
            parameterConsumer = Taker.class,
            description = "Leave the weights" + " unchanged.")
    boolean keep;

    @Option(
            names = "--allow-larger",
            arity = "0",
            parameterConsumer = Taker.class,
            description = "Accept the --rank even if the two factors are not smaller than the matrix.")
    boolean allowLarger;

    @Mixin
    private final BudgetOptions budget = new BudgetOptions();

    /** Whether any rule was given. */
    public boolean given() {
        return !rules.isEmpty() || budget.given();
    }

    /** The compression that the options describe, or that of the recipe if there is one. */
    public Compression chosen(LancetCommand command, Optional<Path> recipe) {
        return chosen(command, recipe, false);
    }

    /**
     * The same; with calibration a budget chooses the form of every layer that no rule names, and rules leave nothing open.
     */
    public Compression chosen(LancetCommand command, Optional<Path> recipe, boolean calibrated) {
        if (recipe.isPresent() && given()) {
            throw command.wrongUsage("rules: " + recipe.get() + " and options are both given; give only one");
        }
        return recipe.map(script -> RecipeCompression.of(Script.load(script), calibrated))
                .orElseGet(() -> compression(command, calibrated));
    }

    private Compression compression(LancetCommand command, boolean calibrated) {
        try {
            Optional<Budget> limit = budget.limit(command);
            return limit.isPresent() && !calibrated
                    ? within(limit.get())
                    : limit.map(all(Compression.keepAll(), false)::within)
                            .orElseGet(() -> all(Compression.keepAll(), false));
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
            throw new IllegalArgumentException("--budget: " + limit
                    + " has nothing to choose, because a rule gives every linear layer its rank; leave"
                    + " out the budget or the"
                    + " rank, or limit the rank to some layers with --on");
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
                        command.commandLine(), name + ": the value is missing; write " + option.paramLabel());
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
