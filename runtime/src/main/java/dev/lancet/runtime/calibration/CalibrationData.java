package dev.lancet.runtime.calibration;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.recipe.CalibrationText;
import dev.lancet.runtime.train.graph.Examples;
import java.util.Arrays;
import java.util.Random;

/**
 * The rows that a compression is fitted to, and held-out rows of the same kind on which its result is measured.
 *
 * @param calibration the rows whose layer inputs are measured
 * @param heldOut other rows
 * @param training all rows that are not held out, in their order, for a recovery
 */
public record CalibrationData(Examples calibration, Examples heldOut, Examples training) {

    /** Rows without others to train on than those that are calibrated on. */
    public CalibrationData(Examples calibration, Examples heldOut) {
        this(calibration, heldOut, calibration);
    }

    /** How many rows are calibrated on if a user says nothing. */
    public static final int SAMPLES = CalibrationText.SAMPLES;

    /** A quarter of the rows is held out, but no more than this: the quality of more hardly differs. */
    private static final int MOST_HELD_OUT = 64;

    /**
     * Draws rows at random, without repetition; the same seed draws the same rows.
     *
     * @param all the rows
     * @param samples the most rows to calibrate on
     * @throws LancetException if there are fewer than two rows
     */
    public static CalibrationData draw(Examples all, int samples, long seed) {
        if (all.count() < 2) {
            throw new LancetException("calibrate: there is " + all.count()
                    + " row; at least 2 are needed, one to calibrate on and one to measure the result; "
                    + SAMPLES + " or more are better");
        }
        if (samples < 1) {
            throw new LancetException("calibrate: " + samples + " samples; use at least 1");
        }
        int[] order = shuffled(all.count(), seed);
        int held = Math.max(1, Math.min(MOST_HELD_OUT, all.count() / 4));
        int used = Math.min(samples, all.count() - held);
        int[] rest = Arrays.stream(order).skip(held).sorted().toArray();
        return new CalibrationData(
                all.at(used, i -> order[held + i]), all.at(held, i -> order[i]), all.at(rest.length, i -> rest[i]));
    }

    /**
     * Windows of consecutive ids as rows of a declared model; a rest shorter than a window is dropped.
     *
     * @param ids the token ids of a text
     * @param window ids per window, at least 2
     * @throws LancetException if there is no whole window
     */
    public static Examples windows(int[] ids, int window) {
        if (window < 2 || ids.length < window) {
            throw new LancetException("calibrate: the text has " + ids.length + " tokens, a window has " + window
                    + "; give a longer text, or a shorter window of at least 2 with --window");
        }
        int[][] rows = new int[ids.length / window][];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = Arrays.copyOfRange(ids, i * window, (i + 1) * window);
        }
        return Examples.of(RunningModel.IDS, rows);
    }

    private static int[] shuffled(int count, long seed) {
        int[] order = new int[count];
        Random random = new Random(seed);
        for (int i = 0; i < count; i++) {
            int j = random.nextInt(i + 1);
            order[i] = order[j];
            order[j] = i;
        }
        return order;
    }
}
