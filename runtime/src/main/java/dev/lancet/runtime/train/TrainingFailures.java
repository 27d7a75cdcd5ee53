package dev.lancet.runtime.train;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.recipe.Training;
import dev.lancet.dsl.recipe.ValidationPolicy;
import dev.lancet.runtime.train.log.TrainingLog;
import dev.lancet.runtime.train.state.TrainingFolder;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/** The error of a failed training, and what to keep. */
final class TrainingFailures {

    private TrainingFailures() {}

    /** The message for a loss that stayed too high for too long. */
    static String drifted(DivergenceDetector divergence, ValidationPolicy watch) {
        return String.format(
                Locale.ROOT,
                "loss: its running mean is %.3f and was more than %s above its lowest, %.3f after step %d, for %d steps",
                divergence.mean(),
                watch.divergence().map(ValidationPolicy.Divergence::margin).orElse(0.0),
                divergence.lowest(),
                divergence.lowestStep(),
                watch.divergence().map(ValidationPolicy.Divergence::steps).orElse(0));
    }

    /** The error, with the last good state if there is one. */
    static LancetException of(
            String what, Training training, Optional<TrainingFolder> folder, List<TrainingLog.Point> points) {
        String way = "; lower the rate " + training.optimizer().rate() + ", warm up longer or clip harder";
        OptionalInt good = folder.map(TrainingFolder::fallBack).orElse(OptionalInt.empty());
        if (folder.isEmpty() || good.isEmpty()) {
            return new LancetException(what + way);
        }
        String loss = points.stream()
                .filter(point -> point.step() == good.getAsInt())
                .map(point -> String.format(Locale.ROOT, " (loss %.3f)", point.loss()))
                .findFirst()
                .orElse("");
        return new LancetException(what + way + "; the state after step " + good.getAsInt() + loss
                + " is kept; to continue from it with a changed recipe, use another folder and --from "
                + folder.get().folder());
    }
}
