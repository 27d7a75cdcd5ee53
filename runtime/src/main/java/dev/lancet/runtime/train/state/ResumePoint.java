package dev.lancet.runtime.train.state;

import dev.lancet.runtime.train.log.TrainingLog;
import java.util.List;

/**
 * What of a training lies behind.
 *
 * @param done after how many steps of the whole training it goes on; that of the first, if nothing lies behind
 * @param points one for each step that was done
 * @param validations those up to there
 */
public record ResumePoint(int done, List<TrainingLog.Point> points, List<TrainingLog.Validation> validations) {

    public ResumePoint {
        points = List.copyOf(points);
        validations = List.copyOf(validations);
    }

    /** Nothing yet. */
    public static ResumePoint nothing(StepRange range) {
        return new ResumePoint(range.from(), List.of(), List.of());
    }
}
