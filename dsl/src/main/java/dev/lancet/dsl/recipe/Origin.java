package dev.lancet.dsl.recipe;

import dev.lancet.dsl.Check;
import dev.lancet.dsl.Transformer;

/** Where a candidate's weights come from. */
public sealed interface Origin {

    /** Whether the weights are fresh, so that a training has to come first. */
    default boolean fresh() {
        return this instanceof Declared || this instanceof DenseFirst;
    }

    /** Fresh weights of a declared transformer. */
    record Declared(Transformer transformer) implements Origin {
        @Override
        public String toString() {
            return transformer.toString();
        }
    }

    /**
     * Fresh weights of a declared transformer that train dense for the first steps. Then truncated SVD applies the
     * candidate's compression, and the training continues with the same schedule and data (Cuttlefish, arXiv
     * 2305.02538). The compression resets the state of the optimizer, and the learning rate rises again over 20 steps.
     *
     * @param transformer the declaration
     * @param steps how many steps are dense
     */
    record DenseFirst(Transformer transformer, int steps) implements Origin {
        public DenseFirst {
            Check.that(steps > 0, "denseFirst: %d steps; at least 1 is needed", steps);
        }

        @Override
        public String toString() {
            return "denseFirst(" + transformer + ", " + steps + ")";
        }
    }

    /**
     * A model on disk.
     *
     * @param path a Hugging Face folder, a Lancet model folder, or a llama2.c {@code .bin}; or a graph, which is a SavedModel
     *     folder or a {@code .pb}, if all candidates of the recipe are graphs
     */
    record Checkpoint(String path) implements Origin {
        @Override
        public String toString() {
            return "checkpoint(\"" + path + "\")";
        }
    }

    /** The finished weights of another candidate. */
    record After(String candidate) implements Origin {
        @Override
        public String toString() {
            return "after(\"" + candidate + "\")";
        }
    }

    /** Fresh weights that train dense for the first steps and are then compressed. */
    static Origin denseFirst(Transformer transformer, int steps) {
        return new DenseFirst(transformer, steps);
    }

    /** A model on disk. */
    static Origin checkpoint(String path) {
        return new Checkpoint(path);
    }

    /** The finished weights of another candidate. */
    static Origin after(String candidate) {
        return new After(candidate);
    }
}
