package dev.lancet.runtime.calibration;

/**
 * How close an output of a smaller model is to that of its original.
 *
 * @param cosineMean the mean over the rows of the cosine between both outputs
 * @param cosineLeast the least of these cosines
 * @param relativeError {@code ‖y − ŷ‖ / ‖y‖} over all rows
 */
public record OutputQuality(double cosineMean, double cosineLeast, double relativeError) {}
