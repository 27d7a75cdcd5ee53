package dev.lancet.runtime.report;

/**
 * A point of a curve.
 *
 * @param step after how many steps
 * @param value the loss in nats a token, or the speed in tokens per second
 */
public record CurvePoint(long step, double value) {}
