package dev.lancet.dsl.recipe;

import dev.lancet.dsl.Check;

/**
 * The learning rate after the warm-up: first constant, then falling.
 *
 * @param curve the shape of the fall
 * @param fall the last share of the steps, over which the rate falls; before, it is constant
 * @param floor the rate at the last step, as a share of the highest
 */
public record Schedule(Curve curve, double fall, double floor) {

    private static final double FLOOR = 0.1;

    /** The shape of the fall. */
    public enum Curve {
        /** No fall: constant to the end. */
        CONSTANT,
        /** A straight line. */
        LINEAR,
        /** Half a cosine. */
        COSINE
    }

    public Schedule {
        Check.that(
                fall > 0 && fall <= 1,
                "fall: %s; it must be a share of the steps, greater than 0 and at" + " most 1",
                fall);
        Check.that(
                floor >= 0 && floor <= 1,
                "floor: %s; it must be a share of the highest rate, between 0 and" + " 1",
                floor);
        Check.that(
                curve != Curve.CONSTANT || (fall == 1 && floor == 1),
                "schedule: a constant rate has no fall or floor; begin with linear() or cosine()");
    }

    /** Half a cosine from the warm-up to the last step, down to a tenth. */
    public static Schedule cosine() {
        return new Schedule(Curve.COSINE, 1, FLOOR);
    }

    /** A straight line from the warm-up to the last step, down to a tenth. */
    public static Schedule linear() {
        return new Schedule(Curve.LINEAR, 1, FLOOR);
    }

    /** Constant after the warm-up. */
    public static Schedule constant() {
        return new Schedule(Curve.CONSTANT, 1, 1);
    }

    /**
     * Warm-up, stable, decay (Hu et al., arXiv 2404.06395): constant, then a straight line over the last share of the
     * steps, down to a tenth.
     */
    public static Schedule wsd(double fall) {
        return linear().fall(fall);
    }

    /** The same shape, falling only over this last share of the steps. */
    public Schedule fall(double share) {
        return new Schedule(curve, share, floor);
    }

    /** The same shape, falling to this share of the highest rate. */
    public Schedule floor(double share) {
        return new Schedule(curve, fall, share);
    }

    /**
     * The rate as a share of the highest.
     *
     * @param progress from 0 at the end of the warm-up to 1 at the last step
     */
    public double share(double progress) {
        double fallen = Math.max(0, (progress - (1 - fall)) / fall);
        return switch (curve) {
            case CONSTANT -> 1;
            case LINEAR -> 1 - (1 - floor) * fallen;
            case COSINE -> floor + (1 - floor) * 0.5 * (1 + Math.cos(Math.PI * fallen));
        };
    }

    /** Whether the rate follows half a cosine over all steps, to any floor. */
    boolean plain() {
        return curve == Curve.COSINE && fall == 1;
    }

    @Override
    public String toString() {
        String down = floor == FLOOR ? "" : ".floor(" + floor + ")";
        return switch (curve) {
            case CONSTANT -> "constant()";
            case LINEAR -> (fall == 1 ? "linear()" : "wsd(" + fall + ")") + down;
            case COSINE -> (fall == 1 ? "cosine()" : "cosine().fall(" + fall + ")") + down;
        };
    }
}
