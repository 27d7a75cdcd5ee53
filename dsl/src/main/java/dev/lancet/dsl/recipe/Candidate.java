package dev.lancet.dsl.recipe;

import dev.lancet.dsl.Check;
import dev.lancet.dsl.Compression;
import java.util.Optional;

/**
 * One model of a recipe, which the report compares with the others.
 *
 * @param name its name in the report
 * @param origin where its weights come from
 * @param compression how it is compressed. A declared model is compressed before training, so its factors are trained
 *     from fresh weights. Other models are compressed after they are loaded
 * @param calibration the text that the compression is fitted to and measured on; only for trained weights
 */
public record Candidate(String name, Origin origin, Compression compression, Optional<CalibrationText> calibration) {

    public Candidate {
        Check.that(!name.isBlank(), "candidate: the name is empty; give it one");
        Check.that(
                calibration.isEmpty() || !origin.fresh(),
                "calibration: candidate '%s' has fresh weights; calibrate one that starts from checkpoint(...) or"
                        + " after(...)",
                name);
        Check.that(
                calibration.isEmpty() || !compression.keepsAll(),
                "calibration: candidate '%s' has no compression to calibrate; add one, or leave the calibration out",
                name);
    }

    /** A candidate without calibration. */
    public Candidate(String name, Origin origin, Compression compression) {
        this(name, origin, compression, Optional.empty());
    }
}
