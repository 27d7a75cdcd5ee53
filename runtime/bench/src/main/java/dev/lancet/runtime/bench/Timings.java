package dev.lancet.runtime.bench;

import java.util.List;

/**
 * Repeated measurements.
 *
 * @param values the measured values, at least one
 */
record Timings(List<Double> values) {

    Timings {
        values = values.stream().sorted().toList();
    }

    /** The median. For an even number of values, the mean of the two middle ones. */
    double median() {
        int half = values.size() / 2;
        return values.size() % 2 == 1 ? values.get(half) : (values.get(half - 1) + values.get(half)) / 2;
    }

    double least() {
        return values.get(0);
    }
}
