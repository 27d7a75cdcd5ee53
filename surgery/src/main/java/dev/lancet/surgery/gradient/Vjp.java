package dev.lancet.surgery.gradient;

/**
 * The vector–Jacobian product of one op: from the gradients of a node's outputs to those of its inputs. One room each
 * family of ops; {@link VjpRegistry} knows them all.
 */
@FunctionalInterface
interface Vjp {

    /** Gives, for every input that {@code chain} wants, its gradient. */
    void back(VjpContext context);
}
