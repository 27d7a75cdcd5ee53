package dev.lancet.surgery.gradient;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * How one variable is moved by a step.
 *
 * @param variable its name
 * @param times how many times the fed rate it is moved with
 * @param decay decoupled weight decay: this share of it, times its rate, is taken off
 * @param momentum that of Muon, which moves matrices only; empty for AdamW
 * @param product the product of which it is a factor, if it is that which decays
 */
public record ParameterUpdate(
        String variable, double times, double decay, OptionalDouble momentum, Optional<Product> product) {

    /**
     * A variable's place in a product of two.
     *
     * @param other the other factor
     * @param left whether the variable is the left one, {@code [in, r]}
     */
    public record Product(String other, boolean left) {}

    public ParameterUpdate {
        if (!(times > 0) || !(decay >= 0)) {
            throw new IllegalArgumentException("update of " + variable + ": " + times + " times the rate, decay "
                    + decay + "; the first must be more than 0, the second 0 or more");
        }
        if (!(momentum.orElse(0) >= 0 && momentum.orElse(0) < 1)) {
            throw new IllegalArgumentException(
                    "update of " + variable + ": momentum " + momentum.getAsDouble() + "; it must be 0 up to 1");
        }
    }

    /** By AdamW. */
    public static ParameterUpdate adam(String variable, double times, double decay) {
        return new ParameterUpdate(variable, times, decay, OptionalDouble.empty(), Optional.empty());
    }

    /** A matrix, by Muon. */
    public static ParameterUpdate muon(String variable, double momentum, double times, double decay) {
        return new ParameterUpdate(variable, times, decay, OptionalDouble.of(momentum), Optional.empty());
    }

    /**
     * The same, but with the decay of a product: half its squared Frobenius norm falls, so that the left factor A loses a
     * share of {@code A·(B·Bᵀ)} and the right factor B one of {@code (Aᵀ·A)·B}.
     */
    public ParameterUpdate decaying(Product whole) {
        return new ParameterUpdate(variable, times, decay, momentum, Optional.of(whole));
    }

    /** The variables, shaped like this one, in which the optimiser remembers what it needs. */
    public List<String> slots() {
        return momentum.isPresent() ? List.of(variable + ".m") : List.of(variable + ".m", variable + ".v");
    }
}
