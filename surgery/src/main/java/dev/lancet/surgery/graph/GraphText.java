package dev.lancet.surgery.graph;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.TensorShapeProto;

/**
 * The canonical text of a graph: one line a node, every node after its inputs, then one section a function. Two graphs that
 * compute the same by the same names have the same text, and a change shows as the lines that changed.
 *
 * <pre>
 * ids = Placeholder int32 [-1,-1]
 * embedding = Variable [256,64]
 * embedding.axis = Const int32 0
 * embedding.rows = GatherV2(embedding, ids, embedding.axis)
 * h.0.attn.norm = &#64;norm(embedding.rows, h.0.attn.norm.gain) : [16,64]
 * </pre>
 *
 * <p>A variable is its {@code VarHandleOp X} and its {@code ReadVariableOp X.read} in one line; others see the value as
 * {@code X} and the handle as {@code &X}. A constant shows its values up to {@value ConstantText#SHOWN}, a larger one its
 * shape and the first eight digits of a SHA-256 over its values. {@code ^x} runs after x. A call is {@code @function(...)}.
 *
 * <p>Attributes are shown but for these: types that are float, index types that are int32, flags and strings that have
 * TensorFlow's default (see {@link AttributeText}). The attribute {@code _output_shapes} stands behind a colon.
 */
public final class GraphText {

    private GraphText() {}

    /** The text of a graph. */
    public static String of(GraphDef graph) {
        return of(GraphView.of(graph));
    }

    /** The text of a graph. */
    public static String of(GraphView graph) {
        StringBuilder text = new StringBuilder();
        for (Node node : graph.ordered()) {
            if (!Variables.readOfVariable(node)) {
                text.append(line(node)).append('\n');
            }
        }
        for (FunctionDef function : graph.functions().values()) {
            text.append('\n').append(FunctionText.of(function));
        }
        return text.toString();
    }

    /**
     * The graph that has this text. What the text leaves out stays unsaid in the graph too, so it serves to state the before
     * and after of a rule rather than to be run; functions are not read.
     *
     * @throws IllegalArgumentException naming the line that cannot be read
     */
    public static GraphDef parse(String text) {
        return new GraphParser(text).graph();
    }

    static String line(Node node) {
        return Variables.read(node)
                .map(read -> variable(node, read))
                .orElseGet(() -> line(
                        node,
                        node.inputs().stream()
                                .map(input -> Variables.shown(node, input))
                                .collect(Collectors.joining(", "))));
    }

    /** The line of a node whose inputs are written already. */
    static String line(Node node, String inputs) {
        return node.name() + " = " + body(node, inputs);
    }

    private static String variable(Node handle, Node read) {
        return handle.name() + " = Variable" + dtype(handle) + shape(handle)
                + AttributeText.others(handle, "dtype", "shape") + AttributeText.others(read, "dtype") + device(handle);
    }

    private static String body(Node node, String args) {
        if (node.is("Placeholder") && args.isEmpty()) {
            return "Placeholder" + dtype(node) + shape(node) + AttributeText.others(node, "dtype", "shape")
                    + device(node);
        }
        if (node.is("Const")) {
            return "Const" + dtype(node) + " "
                    + ConstantText.of(node.attribute("value").orElseThrow().getTensor())
                    + (args.isEmpty() ? "" : " (" + args + ")") + AttributeText.others(node, "dtype", "value")
                    + device(node);
        }
        Optional<String> callee = callee(node);
        String what = callee.map(name -> "@" + name).orElse(node.op());
        String others = callee.isPresent() ? AttributeText.others(node, "f", "Tin") : AttributeText.others(node);
        return what + "(" + args + ")" + others + device(node) + shapes(node);
    }

    private static Optional<String> callee(Node node) {
        return node.is("PartitionedCall")
                ? node.attribute("f").map(f -> f.getFunc().getName())
                : Optional.empty();
    }

    private static String dtype(Node node) {
        String type = AttributeText.type(node.type("dtype"));
        return type.equals("float") ? "" : " " + type;
    }

    private static String shape(Node node) {
        return node.attribute("shape")
                .map(shape -> " " + AttributeText.shape(shape.getShape()))
                .orElse("");
    }

    private static String shapes(Node node) {
        List<TensorShapeProto> shapes = node.attribute("_output_shapes")
                .map(AttrValue::getList)
                .map(AttrValue.ListValue::getShapeList)
                .orElse(List.of());
        return shapes.isEmpty()
                ? ""
                : shapes.stream().map(AttributeText::shape).collect(Collectors.joining(" ", " : ", ""));
    }

    private static String device(Node node) {
        String device = node.definition().getDevice();
        return device.isEmpty() ? "" : " on \"" + device + "\"";
    }
}
