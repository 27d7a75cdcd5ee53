package dev.lancet.dsl.recipe;

import dev.lancet.dsl.Check;
import dev.lancet.dsl.Selector;
import java.util.OptionalDouble;

/**
 * Weights that are trained in a way of their own. Where several groups speak of the rate, or of the decay, of a weight, the
 * last one decides.
 *
 * @param selector which weights; vectors are selected by roles, as {@link Selector#norms()} does
 * @param rate how many times the rate of the others; empty if nothing is said of it
 * @param decay their weight decay; empty if nothing is said of it
 * @param product whether the decay shrinks the product of two factors A and B, by A·(B·Bᵀ) and (Aᵀ·A)·B, rather than each
 *     factor by itself; to a matrix in one piece it is the usual decay
 */
public record ParameterGroup(Selector selector, OptionalDouble rate, OptionalDouble decay, boolean product) {

    public ParameterGroup {
        Check.that(rate.orElse(1) > 0, "rate: %s times for %s; it must be positive", rate.orElse(1), selector);
        Check.that(decay.orElse(0) >= 0, "decay: %s for %s; it must not be negative", decay.orElse(0), selector);
    }

    /** Weights with a multiple of the rate. */
    static ParameterGroup rate(Selector selector, double times) {
        return new ParameterGroup(selector, OptionalDouble.of(times), OptionalDouble.empty(), false);
    }

    /** Weights with a decay of their own. */
    static ParameterGroup decay(Selector selector, double decay) {
        return new ParameterGroup(selector, OptionalDouble.empty(), OptionalDouble.of(decay), false);
    }

    /** Weights with a decay of the product of their factors. */
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
