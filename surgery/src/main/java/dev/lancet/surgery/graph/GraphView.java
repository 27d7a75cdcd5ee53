package dev.lancet.surgery.graph;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.plan.Plan;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;

/**
 * A GraphDef with lookups: nodes by name, their inputs, their users, and an order in which every node comes after its
 * inputs. It never changes; building it takes time and memory linear in the graph.
 */
public final class GraphView {

    private final GraphDef definition;
    private final List<Node> nodes;
    private final Map<String, Node> byName;
    private final List<List<Node.Use>> uses;
    private final Map<String, FunctionDef> functions;

    private GraphView(GraphDef definition) {
        this.definition = definition;
        List<Node> all = new ArrayList<>(definition.getNodeCount());
        this.byName = new HashMap<>(2 * definition.getNodeCount());
        for (NodeDef node : definition.getNodeList()) {
            Node indexed = new Node(this, all.size(), node);
            if (byName.put(indexed.name(), indexed) != null) {
                throw new LancetException("graph: two nodes are called '" + indexed.name() + "'; rename one");
            }
            all.add(indexed);
        }
        this.nodes = Collections.unmodifiableList(all);
        this.uses = uses();
        this.functions = new TreeMap<>();
        for (FunctionDef function : definition.getLibrary().getFunctionList()) {
            functions.put(function.getSignature().getName(), function);
        }
    }

    /**
     * A view of a graph.
     *
     * @throws LancetException if two nodes have the same name, or an input names a missing node
     */
    public static GraphView of(GraphDef graph) {
        return new GraphView(graph);
    }

    private List<List<Node.Use>> uses() {
        List<List<Node.Use>> found = new ArrayList<>(Collections.nCopies(nodes.size(), List.of()));
        for (Node node : nodes) {
            for (int i = 0; i < node.inputs().size(); i++) {
                Node producer = byName.get(node.inputs().get(i).node());
                if (producer == null) {
                    throw new LancetException("graph: " + node.name() + " takes '"
                            + node.inputs().get(i) + "', which does not exist; near it: "
                            + nearMisses(node.inputs().get(i).node()));
                }
                if (found.get(producer.index()).isEmpty()) {
                    found.set(producer.index(), new ArrayList<>(2));
                }
                found.get(producer.index()).add(new Node.Use(node, i));
            }
        }
        return found;
    }

    /** The graph itself. */
    public GraphDef definition() {
        return definition;
    }

    /** All nodes in the order of the GraphDef. */
    public List<Node> nodes() {
        return nodes;
    }

    /** The node of this name, or empty. */
    public Optional<Node> find(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    /**
     * The node of this name.
     *
     * @throws LancetException naming the most similar names if there is none
     */
    public Node node(String name) {
        return find(name)
                .orElseThrow(() ->
                        new LancetException("graph: no node is called '" + name + "'; near it: " + nearMisses(name)));
    }

    /** The existing names that are most similar to a missing one. */
    public String nearMisses(String name) {
        return Plan.nearMisses(name, nodes.stream().map(Node::name).toList());
    }

    /** The function library by name, in alphabetical order. */
    public Map<String, FunctionDef> functions() {
        return Collections.unmodifiableMap(functions);
    }

    List<Node.Use> usesOf(int index) {
        return Collections.unmodifiableList(uses.get(index));
    }

    /**
     * All nodes, each after its inputs; if several could be next, the first in the GraphDef is. A graph that is already
     * in order keeps its order, and adding a node does not swap any other two. The back edges of a loop, through {@code
     * NextIteration}, do not count.
     *
     * @throws LancetException if the graph has a cycle; the message names a node on it
     */
    public List<Node> ordered() {
        List<int[]> before = new ArrayList<>(nodes.size());
        for (Node node : nodes) {
            before.add(node.inputs().stream()
                    .map(input -> byName.get(input.node()))
                    .filter(producer -> !producer.is("NextIteration"))
                    .mapToInt(Node::index)
                    .toArray());
        }
        int[] order = TopologicalOrder.of(before, index -> nodes.get(index).name());
        List<Node> ordered = new ArrayList<>(order.length);
        for (int index : order) {
            ordered.add(nodes.get(index));
        }
        return Collections.unmodifiableList(ordered);
    }

    /** The canonical text of the graph, see {@link GraphText}. */
    @Override
    public String toString() {
        return GraphText.of(this);
    }
}
