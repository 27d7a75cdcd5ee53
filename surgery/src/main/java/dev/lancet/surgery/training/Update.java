package dev.lancet.surgery.training;

/**
 * How one variable is moved by a step.
 *
 * @param variable its name
 * @param times how many times the fed rate it is moved with
 * @param decay decoupled weight decay: this share of it, times its rate, is taken off
 */
public record Update(String variable, double times, double decay) {

    public Update {
        if (!(times > 0) || !(decay >= 0)) {
            throw new IllegalArgumentException("update of " + variable + ": " + times + " times the rate, decay "
                    + decay + "; the first must be more than 0, the second 0 or more");
        }
    }

    /** By AdamW. */
    public static Update adam(String variable, double times, double decay) {
        return new Update(variable, times, decay);
    }
}
