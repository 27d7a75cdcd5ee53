package dev.lancet.surgery.graph;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.NodeDef;

/**
 * The part of a graph that computes some results, as the body of a function:
 *
 * <pre>
 * x = Placeholder                   f(a0) -> (r0):
 * y = Op(x)               ->          y = Op(a0)
 * z = Op(y)                           z = Op(y:output:0)
 * </pre>
 *
 * Every result is the first output of a node, float32.
 */
public final class GraphFunction {

    private final GraphView view;
    private final List<String> results;
    private final Map<String, TensorType> given = new LinkedHashMap<>();
    private final Set<String> inside = new HashSet<>();

    private GraphFunction(GraphView view, List<String> results) {
        this.view = view;
        this.results = List.copyOf(results);
    }

    /**
     * The part that computes some results.
     *
     * @param results names of nodes
     * @param argument which nodes become arguments: nothing before them belongs to the part
     * @throws IllegalArgumentException if an argument does not declare its shape
     */
    public static GraphFunction of(GraphView view, List<String> results, Predicate<Node> argument) {
        GraphFunction part = new GraphFunction(view, results);
        Deque<String> open = new ArrayDeque<>(results);
        while (!open.isEmpty()) {
            Node node = view.node(open.remove());
            if (argument.test(node)) {
                part.given.put(node.name(), type(node));
            } else if (part.inside.add(node.name())) {
                node.inputs().forEach(input -> open.add(input.node()));
            }
        }
        return part;
    }

    private static TensorType type(Node node) {
        DataType type = node.is("VarHandleOp") ? DataType.DT_RESOURCE : node.type("dtype");
        return new TensorType(type, Attributes.dims(node.definition(), 0));
    }

    /** The types of the arguments by the nodes that they replace, in order. */
    public Map<String, TensorType> arguments() {
        return new LinkedHashMap<>(given);
    }

    /** Whether a node is in the body. */
    public boolean contains(Node node) {
        return inside.contains(node.name());
    }

    /** The function. Its arguments are {@code a0}, {@code a1}, ..., its results {@code r0}, {@code r1}, ... */
    public FunctionDef named(String name) {
        FunctionDef.Builder body = FunctionDef.newBuilder();
        body.getSignatureBuilder().setName(name);
        Map<String, String> names = new LinkedHashMap<>();
        given.forEach((node, type) -> {
            String argument = "a" + names.size();
            body.putArgAttr(
                    names.size(),
                    FunctionDef.ArgAttrs.newBuilder()
                            .putAttr(Attributes.SHAPES, Attributes.shapes(List.of(type.dims())))
                            .build());
            body.getSignatureBuilder().addInputArgBuilder().setName(argument).setType(type.type());
            names.put(node, argument);
        });
        view.ordered().stream().filter(this::contains).forEach(node -> body.addNodeDef(inBody(node, names)));
        for (int i = 0; i < results.size(); i++) {
            body.getSignatureBuilder().addOutputArgBuilder().setName("r" + i).setType(DataType.DT_FLOAT);
            body.putRet("r" + i, output(new Input(results.get(i), 0)));
        }
        return body.build();
    }

    private NodeDef inBody(Node node, Map<String, String> names) {
        NodeDef.Builder copy = node.definition().toBuilder().clearInput();
        for (Input input : node.inputs()) {
            if (!names.containsKey(input.node())) {
                copy.addInput(input.control() ? input.toString() : output(input));
            } else if (!input.control()) {
                copy.addInput(names.get(input.node()));
            }
        }
        return copy.build();
    }

    private String output(Input input) {
        return input.node() + ":" + OutputNames.of(view.node(input.node()).definition(), input.port());
    }
}
