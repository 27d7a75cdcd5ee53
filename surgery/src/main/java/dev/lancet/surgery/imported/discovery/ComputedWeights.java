package dev.lancet.surgery.imported.discovery;

import dev.lancet.surgery.graph.Input;
import dev.lancet.surgery.graph.Node;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Finds inputs that are computed only from variables and constants: a dequantized matrix, a masked one, a product of
 * factors.
 */
final class ComputedWeights {

    private static final int MOST = 64;

    private ComputedWeights() {}

    /** The variable that an input is computed from, or empty if other nodes contribute too. */
    static Optional<String> from(Node user, int input) {
        Deque<Node> open = new ArrayDeque<>();
        user.producer(input).ifPresent(open::add);
        Set<String> seen = new HashSet<>();
        Optional<String> variable = Optional.empty();
        while (!open.isEmpty()) {
            Node node = open.remove();
            if (!seen.add(node.name())) {
                continue;
            }
            boolean holder = node.is("VarHandleOp");
            if (seen.size() > MOST || (node.dataInputs().isEmpty() && !holder && !node.is("Const"))) {
                return Optional.empty();
            }
            if (holder && variable.isEmpty()) {
                variable = Optional.of(node.name());
            }
            for (Input before : node.dataInputs()) {
                node.graph().find(before.node()).ifPresent(open::add);
            }
        }
        return variable;
    }
}
