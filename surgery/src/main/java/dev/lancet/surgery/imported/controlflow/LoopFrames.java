package dev.lancet.surgery.imported.controlflow;

import dev.lancet.dsl.LancetException;
import dev.lancet.surgery.graph.Attributes;
import dev.lancet.surgery.graph.GraphView;
import dev.lancet.surgery.graph.Input;
import dev.lancet.surgery.graph.Node;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;

/**
 * The loops of TensorFlow 1: a loop is a frame; values enter it through {@code Enter} and leave it through {@code Exit}.
 * Nodes that surgery adds to a frame use variables from outside; this class adds the {@code Enter} nodes for them.
 *
 * <pre>
 * y = MatMul(x, w.read)     ->     loop/w.read = Enter(w.read) frame_name="loop" is_constant
 *                                  y = MatMul(x, loop/w.read)
 * </pre>
 */
public final class LoopFrames {

    private final GraphView graph;
    private final Map<String, NodeDef> definitions = new HashMap<>();
    private final Map<String, List<Node>> frames = new HashMap<>();
    private final Map<String, NodeDef> entered = new LinkedHashMap<>();

    private LoopFrames(GraphView graph) {
        this.graph = graph;
        graph.nodes().forEach(node -> definitions.put(node.name(), node.definition()));
    }

    /** Adds an {@code Enter} for every node in a frame that uses a tensor from outside. */
    public static GraphDef entered(GraphDef definition) {
        if (definition.getNodeList().stream().noneMatch(node -> node.getOp().equals("Enter"))) {
            return definition;
        }
        return new LoopFrames(GraphView.of(definition)).entered();
    }

    private GraphDef entered() {
        for (Node node : graph.ordered()) {
            frames.put(node.name(), frame(node));
        }
        GraphDef.Builder result = graph.definition().toBuilder().clearNode();
        for (Node node : graph.nodes()) {
            NodeDef.Builder built = node.definition().toBuilder().clearInput();
            List<Node> frame = within(node);
            for (Input input : node.inputs()) {
                built.addInput(input.control() || node.is("Enter") ? input.toString() : into(input, frame));
            }
            result.addNode(built);
        }
        return result.addAllNode(entered.values()).build();
    }

    /** The frames around the outputs of a node, each by its first {@code Enter}, the outermost first. */
    private List<Node> frame(Node node) {
        List<Node> inside = within(node);
        if (node.is("Exit") && !inside.isEmpty()) {
            return inside.subList(0, inside.size() - 1);
        }
        if (!node.is("Enter")) {
            return inside;
        }
        List<Node> deeper = new ArrayList<>(inside);
        deeper.add(node);
        return deeper;
    }

    private List<Node> within(Node node) {
        return node.inputs().stream()
                .map(input -> frames.getOrDefault(input.node(), List.of()))
                .max(Comparator.comparingInt(List::size))
                .orElse(List.of());
    }

    private String into(Input input, List<Node> frame) {
        List<Node> from = frames.getOrDefault(input.node(), List.of());
        String at = input.toString();
        for (Node enter : frame.subList(Math.min(from.size(), frame.size()), frame.size())) {
            AttrValue name = enter.attribute("frame_name").orElse(Attributes.of(""));
            String inside = name.getS().toStringUtf8() + "/" + at.replace(':', '.');
            NodeDef built = NodeDef.newBuilder()
                    .setName(inside)
                    .setOp("Enter")
                    .addInput(at)
                    .putAttr("T", Attributes.of(PassedTypes.type(definitions, input.toString())))
                    .putAttr("frame_name", name)
                    .putAttr("is_constant", Attributes.of(true))
                    .putAttr(
                            "parallel_iterations",
                            enter.attribute("parallel_iterations").orElse(Attributes.of(10)))
                    .build();
            if (graph.find(inside).isPresent()) {
                throw new LancetException(
                        "surgery: the name '" + inside + "' is taken by another node; rename that node");
            }
            entered.put(inside, built);
            at = inside;
        }
        return at;
    }
}
