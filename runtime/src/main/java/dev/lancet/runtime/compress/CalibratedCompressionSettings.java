package dev.lancet.runtime.compress;

import dev.lancet.runtime.calibration.CalibrationCache;

/**
 * How a calibrated compression works.
 *
 * @param cache keeps what is measured
 * @param folds whether factors and corrections are multiplied out
 * @param sequential whether each part of the model sees the converted parts before it
 * @param recovery the most tokens of a recovery; 0 for none
 */
record CalibratedCompressionSettings(CalibrationCache cache, boolean folds, boolean sequential, long recovery) {

    /** Keeps and folds nothing, and does not recover. */
    static CalibratedCompressionSettings usual() {
        return new CalibratedCompressionSettings(CalibrationCache.none(), false, false, 0);
    }

    CalibratedCompressionSettings keeping(CalibrationCache measurements) {
        return new CalibratedCompressionSettings(measurements, folds, sequential, recovery);
    }

    CalibratedCompressionSettings folding() {
        return new CalibratedCompressionSettings(cache, true, sequential, recovery);
    }

    CalibratedCompressionSettings inSequence() {
        return new CalibratedCompressionSettings(cache, folds, true, recovery);
    }

    CalibratedCompressionSettings recovering(long tokens) {
        return new CalibratedCompressionSettings(cache, folds, sequential, tokens);
    }
}
