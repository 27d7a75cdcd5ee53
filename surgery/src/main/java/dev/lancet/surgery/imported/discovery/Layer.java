package dev.lancet.surgery.imported.discovery;

import dev.lancet.dsl.Weight;
import java.util.List;

/**
 * A matrix of a graph and all its uses.
 *
 * @param weight its name, which is the author's, and its size; a table if its rows are looked up
 * @param shape the shape in which it is stored; in row-major order it is the matrix
 * @param uses every product and lookup, in the order of the graph
 * @param hindrance why it cannot be compressed, or empty if it can
 */
public record Layer(Weight weight, List<Long> shape, List<WeightUse> uses, String hindrance) {

    public Layer {
        shape = List.copyOf(shape);
        uses = List.copyOf(uses);
    }

    /** Whether it can be compressed. */
    public boolean treatable() {
        return hindrance.isEmpty();
    }
}
