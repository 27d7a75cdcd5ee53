package dev.lancet.runtime.compress;

import dev.lancet.runtime.calibration.QualityText;
import dev.lancet.runtime.recovery.RecoveryResult;
import java.util.Locale;

/** What a calibrated compression measured, in lines for a person. */
public final class OutcomeText {

    private OutcomeText() {}

    /** One line for each plan that was tried, for the recovery, for the quality, and for the warning. */
    public static String of(CalibratedCompression.Outcome outcome) {
        StringBuilder text = new StringBuilder();
        outcome.tried()
                .forEach(one -> text.append(String.format(
                        Locale.ROOT,
                        "tried %s: %,d bytes, %.2fx, distance %.3g%n",
                        one.setting(),
                        one.plan().bytesAfter(),
                        one.plan().compression(),
                        one.quality().distance())));
        outcome.recovered().ifPresent(recovered -> text.append(recovery(recovered)));
        text.append(QualityText.of(outcome.quality()));
        outcome.warning().ifPresent(line -> text.append(line).append('\n'));
        return text.toString();
    }

    private static String recovery(RecoveryResult recovered) {
        return String.format(
                Locale.ROOT,
                "recovery: distance %.3g -> %.3g, %.0f %% of the loss won back in at most %d steps; the errors of"
                        + " single matrices are those before it%n",
                recovered.before().distance(),
                recovered.after().distance(),
                100 * recovered.ratio(),
                recovered.steps());
    }
}
