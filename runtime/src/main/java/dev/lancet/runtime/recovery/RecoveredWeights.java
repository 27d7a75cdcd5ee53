package dev.lancet.runtime.recovery;

import dev.lancet.dsl.weights.Weights;

/**
 * The arrays after a recovery.
 *
 * @param weights the better arrays on the held-out rows: those after the training, or those before
 * @param result what the recovery won back
 */
public record RecoveredWeights(Weights weights, RecoveryResult result) {}
