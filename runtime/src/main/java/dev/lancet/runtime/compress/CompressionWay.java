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
record CompressionWay(CalibrationCache cache, boolean folds, boolean sequential, long recovery) {

    /** Keeps and folds nothing, and does not recover. */
    static CompressionWay usual() {
        return new CompressionWay(CalibrationCache.none(), false, false, 0);
    }

    CompressionWay keeping(CalibrationCache measurements) {
        return new CompressionWay(measurements, folds, sequential, recovery);
    }

    CompressionWay folding() {
        return new CompressionWay(cache, true, sequential, recovery);
    }

    CompressionWay inSequence() {
        return new CompressionWay(cache, folds, true, recovery);
    }

    CompressionWay recovering(long tokens) {
        return new CompressionWay(cache, folds, sequential, tokens);
    }
}
