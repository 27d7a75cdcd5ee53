package dev.lancet.surgery.gradient;

import dev.lancet.dsl.LancetException;
import dev.lancet.surgery.graph.Attributes;
import dev.lancet.surgery.graph.Constants;
import dev.lancet.surgery.graph.ElementTypes;
import dev.lancet.surgery.graph.Input;
import dev.lancet.surgery.graph.Value;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.TensorShapeProto;

/**
 * A set of nodes that grows: a graph, or the body of one function written the way a graph is written ({@link FunctionBodies}).
 * Knows type and shape of every tensor in it.
 */
final class MutableGraph {

    private final Map<String, NodeDef> nodes = new LinkedHashMap<>();
    private final Map<String, List<List<Long>>> shapes = new HashMap<>();

    static MutableGraph of(GraphDef graph) {
        MutableGraph region = new MutableGraph();
        graph.getNodeList().forEach(region::add);
        return region;
    }

    /** Adds a node whose inputs are already here, or will be before anybody asks for its shape. */
    void add(NodeDef node) {
        if (nodes.putIfAbsent(node.getName(), node) != null) {
            throw new LancetException("node '" + node.getName() + "' is already in the graph; gradients and updates go "
                    + "into a graph that has none");
        }
    }

    Collection<NodeDef> nodes() {
        return nodes.values();
    }

    boolean has(String name) {
        return nodes.containsKey(name);
    }

    NodeDef node(String name) {
        @Nullable NodeDef node = nodes.get(name);
        if (node == null) {
            throw new LancetException("the graph has no node '" + name + "'");
        }
        return node;
    }

    /** What {@code node}, {@code node:0} or {@code node:1} stands for. */
    Value value(String ref) {
        Input input = Input.parse(ref);
        return value(input.node(), input.port());
    }

    Value value(String name, int port) {
        NodeDef node = node(name);
        List<List<Long>> known = shapes(node);
        if (port >= known.size()) {
            throw new LancetException("node '" + name + "' (" + node.getOp() + ") has no output " + port);
        }
        return new Value(name, port, ElementTypes.of(node, port), known.get(port));
    }

    /** How many outputs the node has. */
    int ports(NodeDef node) {
        return shapes(node).size();
    }

    /** The data inputs of a node; control inputs are not among them. */
    List<Value> inputs(NodeDef node) {
        return refs(node).stream().map(this::value).toList();
    }

    /** The data inputs of a node as they are written in it. */
    static List<String> refs(NodeDef node) {
        return node.getInputList().stream()
                .filter(input -> !input.startsWith("^"))
                .toList();
    }

    /** The integers of a constant. */
    List<Long> integers(Value tensor) {
        return Constants.integers(constant(tensor).getAttrOrThrow("value").getTensor());
    }

    /** The one number of a floating constant. */
    double number(Value tensor) {
        return Constants.number(constant(tensor).getAttrOrThrow("value").getTensor());
    }

    private NodeDef constant(Value tensor) {
        NodeDef node = node(tensor.node());
        while (node.getOp().equals("Identity")) {
            node = node(Input.parse(node.getInput(0)).node());
        }
        if (!node.getOp().equals("Const")) {
            throw new LancetException("node '" + node.getName() + "' (" + node.getOp()
                    + ") must be a constant for the graph to be differentiated");
        }
        return node;
    }

    private List<List<Long>> shapes(NodeDef node) {
        @Nullable List<List<Long>> known = shapes.get(node.getName());
        if (known == null) {
            known = declared(node);
            shapes.put(node.getName(), known);
        }
        return known;
    }

    /** What the node says of itself if it says it all, or else what follows from its inputs. */
    private List<List<Long>> declared(NodeDef node) {
        @Nullable AttrValue declared = node.getAttrMap().get(Attributes.SHAPES);
        if (declared == null) {
            return ShapeInference.of(this, node);
        }
        List<List<Long>> shapes = new ArrayList<>();
        for (TensorShapeProto proto : declared.getList().getShapeList()) {
            List<Long> shape = Attributes.dims(proto);
            if (proto.getUnknownRank() || shape.stream().anyMatch(size -> size < 0)) {
                return ShapeInference.of(this, node);
            }
            shapes.add(shape);
        }
        return shapes;
    }
}
