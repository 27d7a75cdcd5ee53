package dev.lancet.runtime.train.state;

import dev.lancet.runtime.train.log.TrainingLog;
import java.util.List;

/**
 * The earlier part of a resumed training.
 *
 * @param done the number of steps of the whole training after which it continues; for a new training, its first step
 * @param points one for each finished step
 * @param validations the validations up to there
 */
public record ResumePoint(int done, List<TrainingLog.Point> points, List<TrainingLog.Validation> validations) {

    public ResumePoint {
        points = List.copyOf(points);
        validations = List.copyOf(validations);
    }

    /** A new training, without an earlier part. */
    public static ResumePoint nothing(StepRange range) {
        return new ResumePoint(range.from(), List.of(), List.of());
    }
}
