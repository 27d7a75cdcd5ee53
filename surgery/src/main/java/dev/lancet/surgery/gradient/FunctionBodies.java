package dev.lancet.surgery.gradient;

import dev.lancet.dsl.LancetException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.OpDef;

/** The bodies of functions as regions, and back. */
final class FunctionBodies {

    private static final String ARGUMENT = "_Arg";

    private final Map<String, FunctionDef> functions;
    private final Ports ports = new Ports();

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

    /** The body of a function as it runs for these arguments; each argument is a node of its own name. */
    MutableGraph region(FunctionDef function, List<Tensor> arguments) {
        MutableGraph graph = new MutableGraph();
        int index = 0;
        for (OpDef.ArgDef argument : function.getSignature().getInputArgList()) {
            argument(graph, argument.getName(), arguments.get(index++));
        }
        Map<String, String> ops = new LinkedHashMap<>();
        function.getNodeDefList().forEach(node -> ops.put(node.getName(), node.getOp()));
        for (NodeDef node : function.getNodeDefList()) {
            NodeDef.Builder copy = node.toBuilder().clearInput();
            node.getInputList().forEach(input -> copy.addInput(input.startsWith("^") ? input : counted(input, ops)));
            graph.add(node.getOp().endsWith("PartitionedCall") ? shaped(copy.build(), graph) : copy.build());
        }
        return graph;
    }

    /** Adds the node of an argument. */
    Tensor argument(MutableGraph graph, String name, Tensor like) {
        graph.add(NodeDef.newBuilder()
                .setName(name)
                .setOp(ARGUMENT)
                .putAttr("T", Attributes.type(like.type()))
                .putAttr(Attributes.OUTPUT_SHAPES, Attributes.shapes(List.of(like.shape())))
                .build());
        return graph.tensor(name, 0);
    }

    static boolean isArgument(MutableGraph graph, Tensor tensor) {
        return graph.node(tensor.node()).getOp().equals(ARGUMENT);
    }

    /** What the function returns, in the order of its signature. */
    List<Tensor> results(FunctionDef function, MutableGraph graph) {
        Map<String, String> ops = new LinkedHashMap<>();
        function.getNodeDefList().forEach(node -> ops.put(node.getName(), node.getOp()));
        return function.getSignature().getOutputArgList().stream()
                .map(output -> graph.tensor(counted(function.getRetOrThrow(output.getName()), ops)))
                .toList();
    }

    /** A function out of what the results need of the region; its arguments are those of the region that they need. */
    FunctionDef function(String name, MutableGraph graph, Map<String, Tensor> results) {
        List<NodeDef> needed = GradientPath.sorted(
                graph, results.values().stream().map(Tensor::node).toList());
        OpDef.Builder signature = OpDef.newBuilder().setName(name);
        for (NodeDef node : graph.nodes()) {
            if (node.getOp().equals(ARGUMENT) && needed.contains(node)) {
                signature.addInputArg(declared(node.getName(), graph.tensor(node.getName())));
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

    private static OpDef.ArgDef declared(String name, Tensor tensor) {
        return OpDef.ArgDef.newBuilder().setName(name).setType(tensor.type()).build();
    }

    private String named(MutableGraph graph, Tensor tensor) {
        NodeDef node = graph.node(tensor.node());
        return node.getOp().equals(ARGUMENT) ? node.getName() : ports.name(node.getName(), node.getOp(), tensor.port());
    }

    private String counted(String input, Map<String, String> ops) {
        String[] parts = input.split(":", -1);
        if (parts.length == 1) {
            return input;
        }
        int offset = parts.length > 2 ? Integer.parseInt(parts[2]) : 0;
        int port = ports.number(ops.getOrDefault(parts[0], ""), parts[1], offset);
        return port == 0 ? parts[0] : parts[0] + ":" + port;
    }

    /** A call inside a body says its shapes by running the body that it calls, on shapes. */
    private NodeDef shaped(NodeDef call, MutableGraph graph) {
        if (call.containsAttr(Attributes.OUTPUT_SHAPES)) {
            return call;
        }
        FunctionDef called = function(call.getAttrOrThrow("f").getFunc().getName());
        List<List<Long>> shapes = new ArrayList<>();
        results(called, region(called, graph.inputs(call))).forEach(result -> shapes.add(result.shape()));
        return call.toBuilder()
                .putAttr(Attributes.OUTPUT_SHAPES, Attributes.shapes(shapes))
                .build();
    }
}
