package dev.lancet.surgery.graph;

import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.OpDef;

/** A function in the text of a graph: its signature, its body in order, and its results. */
final class FunctionText {

    private final NodeFormatter formatter;
    private final FunctionDef function;

    FunctionText(NodeFormatter formatter, FunctionDef function) {
        this.formatter = formatter;
        this.function = function;
    }

    @Override
    public String toString() {
        OpDef signature = function.getSignature();
        StringBuilder text = new StringBuilder("function ")
                .append(signature.getName())
                .append(arguments(signature.getInputArgList()))
                .append(" -> ")
                .append(arguments(signature.getOutputArgList()))
                .append(AttributeText.of("", function.getAttrMap()))
                .append('\n');
        int arguments = signature.getInputArgCount();
        for (Node node : formatter.ordered(body(function))) {
            if (node.index() >= arguments) {
                String inputs =
                        formatter.arguments(function.getNodeDef(node.index() - arguments).getInputList().stream()
                                .map(FunctionText::shown));
                text.append("  ").append(formatter.line(node, inputs)).append('\n');
            }
        }
        new TreeMap<>(function.getRetMap()).forEach((name, value) -> text.append("  return ")
                .append(name)
                .append(" = ")
                .append(shown(value))
                .append('\n'));
        function.getControlRetMap().values().stream()
                .sorted()
                .forEach(node -> text.append("  return ^").append(node).append('\n'));
        return text.toString();
    }

    /** The body as a separate graph: arguments become nodes, and {@code node:output:0} becomes an edge from the node. */
    private static GraphView body(FunctionDef function) {
        GraphDef.Builder graph = GraphDef.newBuilder();
        function.getSignature()
                .getInputArgList()
                .forEach(argument -> graph.addNode(
                        NodeDef.newBuilder().setName(argument.getName()).setOp("_Arg")));
        for (NodeDef node : function.getNodeDefList()) {
            List<String> inputs =
                    node.getInputList().stream().map(FunctionText::producer).toList();
            graph.addNode(node.toBuilder().clearInput().addAllInput(inputs));
        }
        return GraphView.of(graph.build());
    }

    private static String producer(String input) {
        int colon = input.indexOf(':');
        return colon < 0 ? input : input.substring(0, colon);
    }

    /** {@code square:y:0} as {@code square:y}: nearly every output is a single tensor. */
    private static String shown(String input) {
        return input.endsWith(":0") ? input.substring(0, input.length() - 2) : input;
    }

    private static String arguments(List<OpDef.ArgDef> arguments) {
        return arguments.stream()
                .map(argument -> argument.getName() + type(argument))
                .collect(Collectors.joining(", ", "(", ")"));
    }

    private static String type(OpDef.ArgDef argument) {
        String type =
                argument.getTypeAttr().isEmpty() ? AttributeText.type(argument.getType()) : argument.getTypeAttr();
        return type.equals("float") ? "" : " " + type;
    }
}
