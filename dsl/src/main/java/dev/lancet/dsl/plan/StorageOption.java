package dev.lancet.dsl.plan;

/**
 * One way to store a layer, with what it costs in quality.
 *
 * @param step the form
 * @param loss the predicted loss of the whole model if only this layer had this form; 0 if nothing is lost
 */
public record StorageOption(Step step, double loss) {

    /** Bytes of the form. */
    public long bytes() {
        return step.bytes();
    }
}
