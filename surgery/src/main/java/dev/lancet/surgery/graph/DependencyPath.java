package dev.lancet.surgery.graph;

import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/**
 * What lies between the tensors that a gradient is wanted of and those that it starts from: it depends on the first, and the
 * second depend on it.
 */
public final class DependencyPath {

    private DependencyPath() {}

    /**
     * The tensors of the path.
     *
     * @param order all nodes that the seeds depend on, inputs first
     * @param inputs the tensors that a node takes
     * @param outputs the tensors that a node gives and that can have a gradient; none where gradients stop
     * @param wanted where the path ends
     * @param seeds where it starts
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
