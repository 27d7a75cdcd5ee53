package dev.lancet.surgery.comparison;

import dev.lancet.dsl.plan.Plan;
import java.nio.file.Path;

/**
 * Measures how close a smaller model stays to its original. Found by {@link java.util.ServiceLoader}; {@code lancet-runtime}
 * provides one that uses TensorFlow.
 */
public interface ModelComparison {

    /**
     * Runs both models on the same data.
     *
     * @throws dev.lancet.dsl.LancetException if a model cannot be opened, or the data do not fit both
     */
    ComparisonResult compare(Path smaller, Path original, ComparisonData data);

    /**
     * Compares a smaller model with the uniform settings of its original that take no more bytes: one precision for all
     * layers. The settings are calibrated on a part of the data; the quality of all is measured on the rest.
     *
     * @throws dev.lancet.dsl.LancetException if a model cannot be opened, or the data do not fit both
     */
    UniformComparison uniform(Path smaller, Path original, ComparisonData data);

    /** The same for a plan of the original, which is carried out in memory with the same calibration. */
    UniformComparison uniform(Plan plan, Path original, ComparisonData data);
}
