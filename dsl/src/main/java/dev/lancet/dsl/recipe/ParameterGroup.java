package dev.lancet.dsl.recipe;

import dev.lancet.dsl.Check;
import dev.lancet.dsl.Selector;
import java.util.OptionalDouble;

/**
 * Weights with their own learning rate or weight decay. If several groups set the rate, or the decay, of a weight, the
 * last one applies.
 *
 * @param selector the weights; vectors must be selected by role, for example with {@link Selector#norms()}
 * @param rate the multiple of the common learning rate; empty to leave the rate unchanged
 * @param decay the weight decay; empty to leave the decay unchanged
 * @param product whether the decay shrinks the product of two factors A and B, by A·(B·Bᵀ) and (Aᵀ·A)·B, instead of
 * each     factor alone; a matrix in one piece gets the usual decay
 */
public record ParameterGroup(Selector selector, OptionalDouble rate, OptionalDouble decay, boolean product) {

    public ParameterGroup {
        Check.that(rate.orElse(1) > 0, "rate: %s times for %s; it must be positive", rate.orElse(1), selector);
        Check.that(decay.orElse(0) >= 0, "decay: %s for %s; it must not be negative", decay.orElse(0), selector);
    }

    /** Weights with a multiple of the learning rate. */
    static ParameterGroup rate(Selector selector, double times) {
        return new ParameterGroup(selector, OptionalDouble.of(times), OptionalDouble.empty(), false);
    }

    /** Weights with their own weight decay. */
    static ParameterGroup decay(Selector selector, double decay) {
        return new ParameterGroup(selector, OptionalDouble.empty(), OptionalDouble.of(decay), false);
    }

    /** Weights whose decay shrinks the product of their factors. */
    static ParameterGroup productDecay(Selector selector, double decay) {
        return new ParameterGroup(selector, OptionalDouble.empty(), OptionalDouble.of(decay), true);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        String verb = product ? ".decayProduct(" : ".decay(";
        rate.ifPresent(times -> text.append(".rateTimes(" + selector + ", " + times + ")"));
        decay.ifPresent(
                share -> text.append(share == 0 ? ".noDecay(" + selector + ")" : verb + selector + ", " + share + ")"));
        return text.toString();
    }
}
