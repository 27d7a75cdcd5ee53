package dev.lancet.surgery.gradient;

/**
 * The vector–Jacobian product of one op: computes the gradients of a node's inputs from those of its outputs. Each family
 * of ops has its own class; {@link VjpRegistry} lists them.
 */
@FunctionalInterface
interface Vjp {

    /** Sets the gradient of every input that the context wants. */
    void back(VjpContext context);
}
