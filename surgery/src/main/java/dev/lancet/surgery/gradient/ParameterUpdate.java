package dev.lancet.surgery.gradient;

import dev.lancet.dsl.plan.ArraySpec;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/**
 * How a step updates one variable.
 *
 * @param variable its name
 * @param times multiple of the fed learning rate
 * @param decay decoupled weight decay: each step subtracts this fraction of the variable, times its rate
 * @param momentum momentum of Muon, for matrices only; empty for AdamW
 * @param product the product whose norm decays instead of the variable's, if the variable is a factor of one
 * @param eightBit whether AdamW stores its moments in 8 bits
 */
public record ParameterUpdate(
        String variable,
        double times,
        double decay,
        OptionalDouble momentum,
        Optional<Product> product,
        boolean eightBit) {

    /**
     * A variable's place in a product of two.
     *
     * @param other the other factor
     * @param left whether the variable is the left one, {@code [in, r]}
     */
    public record Product(String other, boolean left) {}

    public ParameterUpdate {
        if (!(times > 0) || !(decay >= 0)) {
            throw new IllegalArgumentException("update of " + variable + ": times " + times + ", decay " + decay
                    + "; times must be more than 0, decay 0 or more");
        }
        if (!(momentum.orElse(0) >= 0 && momentum.orElse(0) < 1)) {
            throw new IllegalArgumentException(
                    "update of " + variable + ": momentum " + momentum.getAsDouble() + "; it must be 0 up to 1");
        }
    }

    /** An update by AdamW. */
    public static ParameterUpdate adam(String variable, double times, double decay) {
        return new ParameterUpdate(variable, times, decay, OptionalDouble.empty(), Optional.empty(), false);
    }

    /** An update of a matrix by Muon. */
    public static ParameterUpdate muon(String variable, double momentum, double times, double decay) {
        return new ParameterUpdate(variable, times, decay, OptionalDouble.of(momentum), Optional.empty(), false);
    }

    /**
     * The same update, but with the decay of a product: it reduces half the squared Frobenius norm of A·B. The decay
     * subtracts a fraction of {@code A·(B·Bᵀ)} from the left factor A, and of {@code (Aᵀ·A)·B} from the right factor B.
     */
    public ParameterUpdate decaying(Product whole) {
        return new ParameterUpdate(variable, times, decay, momentum, Optional.of(whole), eightBit);
    }

    /** The same update by AdamW with its moments in 8 bits. */
    public ParameterUpdate packed() {
        return new ParameterUpdate(variable, times, decay, momentum, product, true);
    }

    /** The optimiser's state variables for this one. */
    public List<ArraySpec> slots(ArraySpec array) {
        if (eightBit) {
            return EightBitAdam.slots(array);
        }
        Stream<String> names = Stream.of(".m", ".v").limit(momentum.isPresent() ? 1 : 2);
        return names.map(word -> new ArraySpec(variable + word, array.type(), array.shape()))
                .toList();
    }
}
