package dev.lancet.runtime.calibration;

import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.weights.Weights;

/**
 * The matrices of a part of a model in their new form.
 *
 * @param plan their form
 * @param arrays their arrays
 */
public record ConvertedPart(Plan plan, Weights arrays) {}
