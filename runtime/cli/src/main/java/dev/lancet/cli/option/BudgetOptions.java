package dev.lancet.cli.option;

import dev.lancet.cli.console.LancetCommand;
import dev.lancet.dsl.Budget;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The options that limit the size of the whole model. */
public final class BudgetOptions {

    @Option(
            names = "--budget",
            paramLabel = "600MB|2.64x",
            description = "The most bytes that the whole model may take, in B, kB, MB, GB, KiB, MiB or GiB; or how many"
                    + " times smaller it must be, for example 4x. Without other rules, the budget chooses the form of"
                    + " every layer, embeddings included, so that the sum of the errors of the weights is least; lower"
                    + " ranks only if no bits suffice. With rules, the budget chooses the rank of each linear"
                    + " layer that no rule keeps or gives a rank; embeddings shrink only by a rule, such as --on"
                    + " embedding --bits 8. Ranks are chosen by singular values if the model has weights; otherwise every"
                    + " layer keeps the same share. With --calibrate, the budget chooses the form of every layer that no"
                    + " rule names, by what the model loses.")
    private Optional<String> budget = Optional.empty();

    @Option(
            names = "--bits-per-weight",
            paramLabel = "X",
            description =
                    "The same limit as a mean number of bits: 8 times the bytes of the whole model, scales included,"
                            + " divided by the parameters of the original, for example 4.5. Instead of --budget.")
    private Optional<Double> bitsPerWeight = Optional.empty();

    /** Whether one of them was given. */
    boolean given() {
        return budget.isPresent() || bitsPerWeight.isPresent();
    }

    /**
     * The limit; empty if none was given.
     *
     * @throws IllegalArgumentException if its text is wrong
     */
    Optional<Budget> limit(LancetCommand command) {
        if (budget.isPresent() && bitsPerWeight.isPresent()) {
            throw command.wrongUsage("--bits-per-weight: " + bitsPerWeight.get() + " and --budget " + budget.get()
                    + " both limit the size; give only one");
        }
        return budget.map(Budget::parse).or(() -> bitsPerWeight.map(Budget.BitsPerWeight::new));
    }
}
