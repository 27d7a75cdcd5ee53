package dev.lancet.surgery.graph;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.TensorShapeProto;

/** How the nodes of a graph are written, one line for each, and in which order. */
enum NodeFormatter {
    /** In the order of the graph, with the shapes that its nodes declare. */
    DRAWN,

    /** Only what depends on names, edges and meaning: see {@link GraphText#canonical}. */
    CANONICAL;

    List<Node> ordered(GraphView graph) {
        return this == DRAWN ? graph.ordered() : CanonicalOrder.of(graph);
    }

    String line(Node node) {
        Optional<Node> read = VariableLines.read(node);
        return read.isPresent()
                ? variable(node, read.get())
                : line(node, arguments(node.inputs().stream().map(input -> VariableLines.shown(node, input))));
    }

    /** The line of a node whose inputs are already formatted. */
    String line(Node node, String inputs) {
        return node.name() + " = " + body(node, inputs);
    }

    /** The formatted inputs; the canonical form sorts control inputs. */
    String arguments(Stream<String> inputs) {
        if (this == DRAWN) {
            return inputs.collect(Collectors.joining(", "));
        }
        List<String> all = inputs.toList();
        return Stream.concat(
                        all.stream().filter(input -> !input.startsWith("^")),
                        all.stream()
                                .filter(input -> input.startsWith("^"))
                                .sorted(NaturalOrder.NAMES)
                                .distinct())
                .collect(Collectors.joining(", "));
    }

    private String variable(Node handle, Node read) {
        return handle.name() + " = Variable" + dtype(handle) + shape(handle)
                + AttributeText.others(handle, "dtype", "shape") + AttributeText.others(read, "dtype") + device(handle);
    }

    private String body(Node node, String args) {
        if (node.is("Placeholder") && args.isEmpty()) {
            return "Placeholder" + dtype(node) + shape(node) + AttributeText.others(node, "dtype", "shape")
                    + device(node);
        }
        if (node.is("Const")) {
            return "Const" + dtype(node) + " "
                    + node.attribute("value")
                            .map(value -> ConstantText.of(value.getTensor()))
                            .orElse("none")
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

    private String shape(Node node) {
        // A placeholder without a shape attribute has unknown rank, which is the default.
        String unsaid = this == CANONICAL && node.is("Placeholder") ? " [?]" : "";
        return node.attribute("shape")
                .map(shape -> " " + AttributeText.shape(shape.getShape()))
                .orElse(unsaid);
    }

    private String shapes(Node node) {
        if (this == CANONICAL) {
            return "";
        }
        List<TensorShapeProto> shapes = node.attribute(Attributes.SHAPES)
                .map(AttrValue::getList)
                .map(AttrValue.ListValue::getShapeList)
                .orElse(List.of());
        return shapes.isEmpty()
                ? ""
                : shapes.stream().map(AttributeText::shape).collect(Collectors.joining(" ", " : ", ""));
    }

    private String device(Node node) {
        String device = node.definition().getDevice();
        return device.isEmpty() ? "" : " on \"" + (this == CANONICAL ? Devices.canonical(device) : device) + "\"";
    }

    /** The section of a function. */
    String section(FunctionDef function) {
        return new FunctionText(this, function).toString();
    }
}
