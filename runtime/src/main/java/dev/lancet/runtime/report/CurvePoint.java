package dev.lancet.runtime.report;

/**
 * A point of a curve.
 *
 * @param step the number of finished steps
 * @param value the loss in nats per token, or the speed in tokens per second
 */
public record CurvePoint(long step, double value) {}
