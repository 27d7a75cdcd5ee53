package dev.lancet;

import dev.lancet.dsl.Role;
import dev.lancet.dsl.Selector;
import dev.lancet.dsl.Weight;
import java.util.function.Predicate;

/** The methods of the language that select weights; {@link Lancet} inherits them, so one import brings all. */
public abstract class Selectors {

    Selectors() {}

    /** Every matrix, including the embedding tables. */
    public static Selector everything() {
        return Selector.everything();
    }

    /** Every linear layer: all matrices except the embedding tables. */
    public static Selector linears() {
        return Selector.linears();
    }

    /** The four projections of attention. */
    public static Selector attention() {
        return Selector.attention();
    }

    /** The query projections of attention. */
    public static Selector queries() {
        return Selector.queries();
    }

    /** The key projections of attention. */
    public static Selector keys() {
        return Selector.keys();
    }

    /** The value projections of attention. */
    public static Selector values() {
        return Selector.values();
    }

    /** The output projections of attention, back to the residual stream. */
    public static Selector outputs() {
        return Selector.outputs();
    }

    /** The matrices of the feed-forward blocks. */
    public static Selector feedForward() {
        return Selector.feedForward();
    }

    /** The embedding tables of tokens and positions. */
    public static Selector embedding() {
        return Selector.embedding();
    }

    /** The untied output head. */
    public static Selector head() {
        return Selector.head();
    }

    /** The gains of normalizations, which only a training changes. */
    public static Selector norms() {
        return Selector.norms();
    }

    /** The biases, which only a training changes. */
    public static Selector biases() {
        return Selector.biases();
    }

    /** Weights of these roles. */
    public static Selector roles(Role first, Role... more) {
        return Selector.roles(first, more);
    }

    /** Weights in the blocks {@code first} to {@code last}, both included. */
    public static Selector inBlocks(int first, int last) {
        return Selector.inBlocks(first, last);
    }

    /** Weights whose name matches a glob such as {@code h.*.mlp.up}. */
    public static Selector named(String glob) {
        return Selector.named(glob);
    }

    /** Weights that a predicate accepts. */
    public static Selector matching(String description, Predicate<Weight> predicate) {
        return Selector.matching(description, predicate);
    }
}
