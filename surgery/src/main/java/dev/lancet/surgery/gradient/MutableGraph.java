package dev.lancet.surgery.gradient;

import dev.lancet.dsl.LancetException;
import dev.lancet.surgery.graph.Attributes;
import dev.lancet.surgery.graph.ConstantTensors;
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
 * A growing set of nodes: a graph, or the body of one function in the form of a graph ({@link FunctionBodies}). It knows
 * the type and shape of every tensor in it.
 */
final class MutableGraph {

    private final Map<String, NodeDef> nodes = new LinkedHashMap<>();
    private final Map<String, List<List<Long>>> shapes = new HashMap<>();

    static MutableGraph of(GraphDef graph) {
        MutableGraph region = new MutableGraph();
        graph.getNodeList().forEach(region::add);
        return region;
    }

    /** Adds a node. Its inputs must be present before its shape is asked for. */
    void add(NodeDef node) {
        if (nodes.putIfAbsent(node.getName(), node) != null) {
            throw new LancetException("node '" + node.getName()
                    + "' is already in the graph; add gradients and updates to " + "a graph that has none yet");
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

    /** The tensor that {@code node}, {@code node:0} or {@code node:1} refers to. */
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

    /** The number of outputs of the node. */
    int ports(NodeDef node) {
        return shapes(node).size();
    }

    /** The data inputs of a node, without its control inputs. */
    List<Value> inputs(NodeDef node) {
        return refs(node).stream().map(this::value).toList();
    }

    /** The data inputs of a node as text, in the form the node has them. */
    static List<String> refs(NodeDef node) {
        return node.getInputList().stream()
                .filter(input -> !input.startsWith("^"))
                .toList();
    }

    /** The integers of a constant. */
    List<Long> integers(Value tensor) {
        return ConstantTensors.integers(constant(tensor).getAttrOrThrow("value").getTensor());
    }

    /** The value of a floating constant with one element. */
    double number(Value tensor) {
        return ConstantTensors.number(constant(tensor).getAttrOrThrow("value").getTensor());
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

    /** The declared shapes of the node if they are complete, otherwise the shapes inferred from its inputs. */
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
