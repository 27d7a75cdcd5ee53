package dev.lancet.surgery.gradient;

import dev.lancet.dsl.LancetException;
import dev.lancet.surgery.graph.Attributes;
import dev.lancet.surgery.graph.Input;
import dev.lancet.surgery.graph.OutputNames;
import dev.lancet.surgery.graph.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.OpDef;

/** Converts function bodies to graphs and back. */
final class FunctionBodies {

    private static final String ARGUMENT = "_Arg";

    private final Map<String, FunctionDef> functions;

    FunctionBodies(Map<String, FunctionDef> functions) {
        this.functions = functions;
    }

    FunctionDef function(String name) {
        @Nullable FunctionDef function = functions.get(name);
        if (function == null) {
            throw new LancetException("the graph's library has no function '" + name + "'");
        }
        return function;
    }

    /** The body of a function as it runs for these arguments; each argument becomes a node with its name. */
    MutableGraph region(FunctionDef function, List<Value> arguments) {
        MutableGraph graph = new MutableGraph();
        int index = 0;
        for (OpDef.ArgDef argument : function.getSignature().getInputArgList()) {
            argument(graph, argument.getName(), arguments.get(index++));
        }
        Map<String, NodeDef> nodes = nodes(function);
        for (NodeDef node : function.getNodeDefList()) {
            NodeDef.Builder copy = node.toBuilder().clearInput();
            node.getInputList().forEach(input -> copy.addInput(input.startsWith("^") ? input : counted(input, nodes)));
            graph.add(node.getOp().endsWith("PartitionedCall") ? shaped(copy.build(), graph) : copy.build());
        }
        return graph;
    }

    /** Adds the node of an argument. */
    Value argument(MutableGraph graph, String name, Value like) {
        graph.add(NodeDef.newBuilder()
                .setName(name)
                .setOp(ARGUMENT)
                .putAttr("T", Attributes.of(like.type()))
                .putAttr(Attributes.SHAPES, Attributes.shapes(List.of(like.dims())))
                .build());
        return graph.value(name, 0);
    }

    static boolean isArgument(MutableGraph graph, Value tensor) {
        return graph.node(tensor.node()).getOp().equals(ARGUMENT);
    }

    /** The results of the function, in the order of its signature. */
    List<Value> results(FunctionDef function, MutableGraph graph) {
        Map<String, NodeDef> nodes = nodes(function);
        return function.getSignature().getOutputArgList().stream()
                .map(output -> graph.value(counted(function.getRetOrThrow(output.getName()), nodes)))
                .toList();
    }

    /**
     * Builds a function from the nodes that the results depend on. Its arguments are the graph's arguments among them.
     */
    FunctionDef function(String name, MutableGraph graph, Map<String, Value> results) {
        List<NodeDef> needed = GradientPath.sorted(
                graph, results.values().stream().map(Value::node).toList());
        OpDef.Builder signature = OpDef.newBuilder().setName(name);
        for (NodeDef node : graph.nodes()) {
            if (node.getOp().equals(ARGUMENT) && needed.contains(node)) {
                signature.addInputArg(declared(node.getName(), graph.value(node.getName())));
            }
        }
        FunctionDef.Builder function = FunctionDef.newBuilder();
        results.forEach((result, tensor) -> {
            signature.addOutputArg(declared(result, tensor));
            function.putRet(result, named(graph, tensor));
        });
        for (NodeDef node : needed) {
            if (!node.getOp().equals(ARGUMENT)) {
                NodeDef.Builder copy = node.toBuilder().clearInput();
                graph.inputs(node).forEach(input -> copy.addInput(named(graph, input)));
                function.addNodeDef(copy);
            }
        }
        return function.setSignature(signature).build();
    }

    private static OpDef.ArgDef declared(String name, Value tensor) {
        return OpDef.ArgDef.newBuilder().setName(name).setType(tensor.type()).build();
    }

    private String named(MutableGraph graph, Value tensor) {
        NodeDef node = graph.node(tensor.node());
        return node.getOp().equals(ARGUMENT)
                ? node.getName()
                : node.getName() + ":" + OutputNames.of(node, tensor.output());
    }

    private static Map<String, NodeDef> nodes(FunctionDef function) {
        Map<String, NodeDef> nodes = new HashMap<>();
        function.getNodeDefList().forEach(node -> nodes.put(node.getName(), node));
        return nodes;
    }

    private static String counted(String input, Map<String, NodeDef> nodes) {
        String[] parts = input.split(":", -1);
        NodeDef node = nodes.get(parts[0]);
        if (parts.length == 1 || node == null) {
            return parts[0];
        }
        int index = parts.length > 2 ? Integer.parseInt(parts[2]) : 0;
        return new Input(parts[0], OutputNames.number(node, parts[1], index)).toString();
    }

    /** Infers the output shapes of a call in a body from the body of the called function. */
    private NodeDef shaped(NodeDef call, MutableGraph graph) {
        if (call.containsAttr(Attributes.SHAPES)) {
            return call;
        }
        FunctionDef called = function(call.getAttrOrThrow("f").getFunc().getName());
        List<List<Long>> shapes = new ArrayList<>();
        results(called, region(called, graph.inputs(call))).forEach(result -> shapes.add(result.dims()));
        return call.toBuilder()
                .putAttr(Attributes.SHAPES, Attributes.shapes(shapes))
                .build();
    }
}
