package dev.lancet.dsl.recipe;

import dev.lancet.dsl.Check;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.plan.Plan;

/** Which candidates can begin self-guided: those whose factors are fresh. */
final class SelfGuidanceCheck {

    private SelfGuidanceCheck() {}

    static void check(Candidate candidate, boolean first, Training training, SelfGuidance guidance) {
        String who = "selfGuided: candidate '" + candidate.name() + "' ";
        Check.that(
                !(candidate.origin() instanceof Origin.DenseFirst),
                "%sis dense first, after which its factors need no guide; say one of both",
                who);
        Check.that(
                first && candidate.origin() instanceof Origin.Declared,
                "%shas trained weights then; it is a beginning for fresh factors, leave it out there",
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
