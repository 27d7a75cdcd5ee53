package dev.lancet.dsl.recipe;

import dev.lancet.dsl.Check;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Step;
import java.util.List;
import java.util.Locale;

/**
 * A beginning in which factors are led by a dense twin (self-guided training: Wei et al., arXiv 2406.16450, with the schedule and
 * the start of its code): over the first steps a factored layer with weights A and B computes
 *
 * <pre>
 *   y = α · x·W + (1 − α) · x·A·B,    α = ½ · (1 + cos(π · step / steps)),    W = A·B before the first step
 * </pre>
 *
 * W is trained as the layer would be if it were dense. When α has faded W is dropped, and the factors go on alone, with all
 * that the optimiser remembers of them. With a nonlinearity between the factors it stands in the second term; the twin is
 * linear. Tables have no twins.
 *
 * @param share of all steps, between 0 and 1
 */
public record SelfGuidance(double share) {

    public SelfGuidance {
        Check.that(
                share > 0 && share < 1,
                "selfGuided: %s; it is the share of the steps with a dense twin, between 0 and 1, both excluded",
                share);
    }

    /**
     * How many steps of so many are guided.
     *
     * @throws LancetException if it is none, or all
     */
    public int steps(int all) {
        long steps = Math.round(share * all);
        if (steps < 1 || steps >= all) {
            throw new LancetException(String.format(
                    Locale.ROOT,
                    "selfGuided: %d of %d steps; at least one must be guided, and one left for the factors alone",
                    steps,
                    all));
        }
        return (int) steps;
    }

    /** The share of the twin, α, at a step counted from 0 of so many in all; 0 once it has faded. */
    public double at(int step, int all) {
        int steps = steps(all);
        return step >= steps ? 0 : (1 + Math.cos(Math.PI * step / steps)) / 2;
    }

    /**
     * The steps of a plan whose layers have a twin: all linear layers in two factors.
     *
     * @throws LancetException if there is none, or one is stored in few bits, so that it is not trained
     */
    public List<Step> twins(Plan plan) {
        List<Step> factored = plan.steps().stream()
                .filter(step -> step.rank().isPresent() && step.weight().role().linear())
                .toList();
        for (Step step : factored) {
            if (step.precision().narrow()) {
                throw new LancetException("selfGuided: " + step.weight().name() + " is stored in " + step.precision()
                        + ", so its factors are not trained; guide float32 factors, quantise afterwards");
            }
        }
        if (factored.isEmpty()) {
            throw new LancetException("selfGuided: no linear layer of " + plan.model()
                    + " is factored, so there is nothing to guide; leave it out here, or factorise(rank(64))");
        }
        return factored;
    }

    /** What it means for a model, in one line: {@code self-guided: 42 dense twins (4,718,592 parameters) ...}. */
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

    /** As the language says it. */
    @Override
    public String toString() {
        return ".selfGuided(" + share + ")";
    }
}
