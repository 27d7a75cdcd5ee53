package dev.lancet.surgery.graph;

import dev.lancet.dsl.LancetException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;

/**
 * An order of nodes that depends only on their names and edges, not on their positions in the GraphDef: a depth-first
 * walk from the nodes that no node uses, by name. The inputs of a node come before it, data inputs in their order, then
 * control inputs by name. Related nodes are therefore adjacent, and inserting a node into an edge moves no other node.
 */
final class CanonicalOrder {

    private static final Comparator<Node> BY_NAME = Comparator.comparing(Node::name, NaturalOrder.NAMES);

    private enum Mark {
        NEW,
        OPEN,
        DONE
    }

    private record Visit(Node node, Iterator<Node> left) {}

    private final Mark[] marks;
    private final List<Node> ordered;

    private CanonicalOrder(int nodes) {
        marks = new Mark[nodes];
        java.util.Arrays.fill(marks, Mark.NEW);
        ordered = new ArrayList<>(nodes);
    }

    /**
     * All nodes in order. The back edges of a loop, through {@code NextIteration}, do not count.
     *
     * @throws LancetException if the graph has a cycle; the message names a node on it
     */
    static List<Node> of(GraphView graph) {
        CanonicalOrder order = new CanonicalOrder(graph.nodes().size());
        graph.nodes().stream()
                .filter(node -> node.uses().isEmpty() || node.is("NextIteration"))
                .sorted(BY_NAME)
                .forEach(order::walk);
        // A cycle without an exit is not reachable from these nodes; the walk finds it from any of its own nodes.
        graph.nodes().forEach(order::walk);
        return order.ordered;
    }

    /** Uses an explicit stack, because recursion would overflow on a deep graph. */
    private void walk(Node end) {
        Deque<Visit> path = new ArrayDeque<>();
        enter(end, path);
        while (!path.isEmpty()) {
            Visit at = path.peek();
            if (at.left().hasNext()) {
                enter(at.left().next(), path);
            } else {
                path.pop();
                marks[at.node().index()] = Mark.DONE;
                ordered.add(at.node());
            }
        }
    }

    private void enter(Node node, Deque<Visit> path) {
        switch (marks[node.index()]) {
            case NEW -> {
                marks[node.index()] = Mark.OPEN;
                path.push(new Visit(node, before(node).iterator()));
            }
            case OPEN -> throw new LancetException("graph: " + node.name() + " depends on itself");
            case DONE -> {}
        }
    }

    private static Stream<Node> before(Node node) {
        GraphView graph = node.graph();
        Stream<Node> data =
                node.inputs().stream().filter(input -> !input.control()).map(input -> graph.node(input.node()));
        Stream<Node> control = node.inputs().stream()
                .filter(Input::control)
                .map(input -> graph.node(input.node()))
                .sorted(BY_NAME);
        return Stream.concat(data, control).filter(producer -> !producer.is("NextIteration"));
    }
}
