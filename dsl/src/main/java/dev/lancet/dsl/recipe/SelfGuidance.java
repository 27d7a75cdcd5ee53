package dev.lancet.dsl.recipe;

import dev.lancet.dsl.Check;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Step;
import java.util.List;
import java.util.Locale;

/**
 * Self-guided training (Wei et al., arXiv 2406.16450, with the schedule and the initialization of its code): a dense
 * twin guides the factors at the beginning. Over the first steps, a factorized layer with weights A and B computes
 *
 * <pre>
 *   y = α · x·W + (1 − α) · x·A·B,    α = ½ · (1 + cos(π · step / steps)),    W = A·B before the first step
 * </pre>
 *
 * W is trained like the weight of a dense layer. When α reaches 0, W is dropped. The factors continue alone and keep
 * their optimizer state. A nonlinearity between the factors belongs to the second term only; the twin is linear.
 * Embedding tables have no twins.
 *
 * @param share the guided share of all steps, between 0 and 1, both excluded
 */
public record SelfGuidance(double share) {

    public SelfGuidance {
        Check.that(
                share > 0 && share < 1,
                "selfGuided: %s; the share of guided steps must be between 0 and 1, both excluded",
                share);
    }

    /**
     * The number of guided steps in a training of this many steps.
     *
     * @throws LancetException if no step or every step would be guided
     */
    public int steps(int all) {
        long steps = Math.round(share * all);
        if (steps < 1 || steps >= all) {
            throw new LancetException(String.format(
                    Locale.ROOT,
                    "selfGuided: %d of %d steps; at least one step must be guided, and at least one must not",
                    steps,
                    all));
        }
        return (int) steps;
    }

    /**
     * The share α of the twin at a step, counted from 0, of a training of {@code all} steps; 0 after the guided steps.
     */
    public double at(int step, int all) {
        int steps = steps(all);
        return step >= steps ? 0 : (1 + Math.cos(Math.PI * step / steps)) / 2;
    }

    /**
     * The steps of a plan whose layers get a twin: all factorized linear layers.
     *
     * @throws LancetException if there is no such layer, or if one is stored in fewer bits and therefore frozen
     */
    public List<Step> twins(Plan plan) {
        List<Step> factored = plan.steps().stream()
                .filter(step -> step.rank().isPresent() && step.weight().role().linear())
                .toList();
        for (Step step : factored) {
            if (step.precision().narrow()) {
                throw new LancetException("selfGuided: " + step.weight().name() + " is stored in " + step.precision()
                        + ", so its factors are frozen; train float32 factors, and quantize afterwards");
            }
        }
        if (factored.isEmpty()) {
            throw new LancetException("selfGuided: no linear layer of " + plan.model()
                    + " is factorized, so there is nothing to guide; leave it out, or add factorise(rank(64))");
        }
        return factored;
    }

    /**
     * A description for a model in one line: {@code self-guided for the first 50 of 1,000 steps: 42 dense twins ...}.
     */
    public String of(Plan plan, int all) {
        List<Step> twins = twins(plan);
        return String.format(
                Locale.ROOT,
                "self-guided for the first %,d of %,d steps: %d dense twins with %,d parameters, dropped then",
                steps(all),
                all,
                twins.size(),
                twins.stream().mapToLong(step -> step.weight().parameters()).sum());
    }

    /** The code that makes this value. */
    @Override
    public String toString() {
        return ".selfGuided(" + share + ")";
    }
}
