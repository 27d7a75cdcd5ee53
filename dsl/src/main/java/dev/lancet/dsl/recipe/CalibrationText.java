package dev.lancet.dsl.recipe;

import dev.lancet.dsl.Check;
import java.util.OptionalInt;

/**
 * The text that a compression is fitted to and measured on. Rows are drawn from the part of the corpus that is not held
 * out: a quarter of them, at most 64, measures the result, and the others are calibrated on. The held-out part of the
 * corpus is not touched, so it can still judge the model.
 *
 * <pre>{@code
 * calibration(corpus("minutes.txt").holdOut(0.05)).samples(128).recover(200_000)
 * }</pre>
 *
 * @param corpus the text; the model's own tokenizer reads it
 * @param samples the most rows to calibrate on, at least 1
 * @param window the tokens of a row, at least 2; empty for the model's context, at most 2048
 * @param seed the seed that draws the rows
 * @param recover the most tokens of a recovery after the compression, a short training on the predictions of the original
 *     model; 0 for none
 */
public record CalibrationText(Corpus corpus, int samples, OptionalInt window, long seed, long recover) {

    /** How many rows are calibrated on if nothing else is said. */
    public static final int SAMPLES = 128;

    public CalibrationText {
        Check.that(samples >= 1, "samples: %d; at least 1 row is needed to calibrate on", samples);
        Check.that(window.orElse(2) >= 2, "window: %d; at least 2 tokens are needed", window.orElse(2));
        Check.that(recover >= 0, "recover: %d tokens; give at least 1, or leave the recovery out", recover);
    }

    /** 128 rows of a corpus, without recovery. */
    public static CalibrationText calibration(Corpus corpus) {
        return new CalibrationText(corpus, SAMPLES, OptionalInt.empty(), 0, 0);
    }

    /** With at most this many rows to calibrate on. */
    public CalibrationText samples(int rows) {
        return new CalibrationText(corpus, rows, window, seed, recover);
    }

    /** With this many tokens in a row. */
    public CalibrationText window(int tokens) {
        return new CalibrationText(corpus, samples, OptionalInt.of(tokens), seed, recover);
    }

    /** With rows that another seed draws. */
    public CalibrationText seed(long other) {
        return new CalibrationText(corpus, samples, window, other, recover);
    }

    /**
     * With a recovery: factors, corrections and norms are trained on at most this many tokens of the text, so that the
     * smaller model predicts what its original predicts. The better model on the rows that measure the result is kept.
     */
    public CalibrationText recover(long tokens) {
        Check.that(tokens >= 1, "recover: %d tokens; give at least 1, or leave the recovery out", tokens);
        return new CalibrationText(corpus, samples, window, seed, tokens);
    }

    /** The code that makes this value, without the defaults. */
    @Override
    public String toString() {
        return "calibration(" + corpus + ")"
                + (samples == SAMPLES ? "" : ".samples(" + samples + ")")
                + (window.isPresent() ? ".window(" + window.getAsInt() + ")" : "")
                + (seed == 0 ? "" : ".seed(" + seed + (seed == (int) seed ? ")" : "L)"))
                + (recover == 0 ? "" : ".recover(" + recover + (recover == (int) recover ? ")" : "L)"));
    }
}
