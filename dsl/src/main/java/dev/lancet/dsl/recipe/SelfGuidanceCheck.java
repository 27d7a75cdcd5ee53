package dev.lancet.dsl.recipe;

import dev.lancet.dsl.Check;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.plan.Plan;

/** Checks that a self-guided candidate has fresh factors. */
final class SelfGuidanceCheck {

    private SelfGuidanceCheck() {}

    static void check(Candidate candidate, boolean first, Training training, SelfGuidance guidance) {
        String who = "selfGuided: candidate '" + candidate.name() + "' ";
        Check.that(
                !(candidate.origin() instanceof Origin.DenseFirst),
                "%strains dense first, after which its factors need no guide; choose one of the two",
                who);
        Check.that(
                first && candidate.origin() instanceof Origin.Declared,
                "%sstarts from trained weights, but guidance is for fresh factors; leave it out",
                who);
        if (candidate.origin() instanceof Origin.Declared declared) {
            guidance.steps(training.steps());
            try {
                guidance.twins(Plan.of(declared.transformer(), candidate.compression()));
            } catch (LancetException e) {
                throw new LancetException("candidate: '" + candidate.name() + "': " + e.getMessage(), e);
            }
        }
    }
}
