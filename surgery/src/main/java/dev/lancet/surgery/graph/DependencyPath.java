package dev.lancet.surgery.graph;

import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/**
 * The tensors between the wanted tensors, whose gradients are computed, and the seeds, where the gradient starts: tensors
 * that depend on a wanted one and that a seed depends on.
 */
public final class DependencyPath {

    private DependencyPath() {}

    /**
     * The tensors on the path.
     *
     * @param order all nodes that the seeds depend on, inputs first
     * @param inputs the inputs of a node
     * @param outputs the outputs of a node that can have a gradient; empty if the node stops gradients
     * @param wanted the end of the path
     * @param seeds the start of the path
     */
    public static <N, T> Set<T> between(
            List<N> order,
            Function<N, ? extends Collection<T>> inputs,
            Function<N, ? extends Collection<T>> outputs,
            Collection<T> wanted,
            Collection<T> seeds) {
        Set<T> depends = new HashSet<>(wanted);
        for (N node : order) {
            if (inputs.apply(node).stream().anyMatch(depends::contains)) {
                depends.addAll(outputs.apply(node));
            }
        }
        Set<T> path = new HashSet<>(seeds);
        path.retainAll(depends);
        for (int at = order.size() - 1; at >= 0; at--) {
            N node = order.get(at);
            if (outputs.apply(node).stream().anyMatch(path::contains)) {
                inputs.apply(node).stream().filter(depends::contains).forEach(path::add);
            }
        }
        return path;
    }
}
