package dev.lancet.surgery.layer;

import dev.lancet.surgery.graph.GraphView;
import dev.lancet.surgery.graph.Input;
import dev.lancet.surgery.graph.Node;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.tensorflow.proto.SignatureDef;

/**
 * The nodes of a graph whose outputs a run can read when only some placeholders are fed. A node that depends on another
 * placeholder, as those of another signature do, has no value; neither has a node between the operators of a loop or a
 * branch of TensorFlow 1.
 */
final class ReadableNodes {

    /** Deeper than any graph; it ends the search in a graph whose loops do not end. */
    private static final int DEEPEST = 64;

    private final Set<String> blocked = new HashSet<>();

    /**
     * Looks through a graph.
     *
     * @param fed the names of the placeholders that are fed
     */
    ReadableNodes(GraphView view, Set<String> fed) {
        blockWithout(view, fed);
        blockNested(view);
    }

    /** The nodes that a run can read when it feeds the inputs of a signature. */
    static ReadableNodes of(GraphView view, SignatureDef signature) {
        return new ReadableNodes(
                view,
                signature.getInputsMap().values().stream()
                        .map(info -> Input.parse(info.getName()).node())
                        .collect(Collectors.toSet()));
    }

    private void blockWithout(GraphView view, Set<String> fed) {
        Deque<Node> open = new ArrayDeque<>();
        view.nodes().stream()
                .filter(node -> node.is("Placeholder") && !fed.contains(node.name()))
                .forEach(open::add);
        while (!open.isEmpty()) {
            Node node = open.remove();
            if (blocked.add(node.name())) {
                node.uses().forEach(use -> open.add(use.node()));
            }
        }
    }

    /** A node is as deep in loops and branches as the deepest of its inputs. */
    private void blockNested(GraphView view) {
        Map<String, Integer> depths = new HashMap<>();
        Deque<Node> open = new ArrayDeque<>();
        view.nodes().stream().filter(node -> step(node) > 0).forEach(open::add);
        while (!open.isEmpty()) {
            Node node = open.remove();
            int deepest = node.inputs().stream()
                    .mapToInt(input -> depths.getOrDefault(input.node(), 0))
                    .max()
                    .orElse(0);
            int depth = Math.min(DEEPEST, deepest + step(node));
            if (depth > depths.getOrDefault(node.name(), 0)) {
                depths.put(node.name(), depth);
                node.uses().forEach(use -> open.add(use.node()));
            }
        }
        blocked.addAll(depths.keySet());
    }

    /** 1 where a loop or branch begins, −1 where it ends. Loops have a Merge and a Switch of their own inside. */
    private static int step(Node node) {
        return switch (node.op()) {
            case "Enter", "_SwitchN" -> 1;
            case "Exit" -> -1;
            case "Switch" -> fromAny(node, "LoopCond") ? 0 : 1;
            case "Merge" -> fromAny(node, "NextIteration") ? 0 : -1;
            default -> 0;
        };
    }

    private static boolean fromAny(Node node, String op) {
        return IntStream.range(0, node.dataInputs().size())
                .anyMatch(input ->
                        node.producer(input).filter(from -> from.is(op)).isPresent());
    }

    boolean contains(String name) {
        return !blocked.contains(name);
    }
}
