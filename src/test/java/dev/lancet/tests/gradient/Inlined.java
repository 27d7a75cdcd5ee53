package dev.lancet.tests.gradient;

import dev.lancet.surgery.graph.Attributes;
import dev.lancet.surgery.graph.OutputNames;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;

/** The same graph without functions: TensorFlow's own gradients know fewer ops inside of them than outside. */
final class Inlined {

    private Inlined() {}

    static GraphDef of(GraphDef graph) {
        Map<String, FunctionDef> functions = new HashMap<>();
        graph.getLibrary()
                .getFunctionList()
                .forEach(function -> functions.put(function.getSignature().getName(), function));
        GraphDef.Builder inlined = graph.toBuilder().clearNode().clearLibrary();
        for (NodeDef node : graph.getNodeList()) {
            if (node.getOp().equals("PartitionedCall")) {
                inline(node, functions.get(node.getAttrOrThrow("f").getFunc().getName()), inlined);
            } else {
                inlined.addNode(node);
            }
        }
        return inlined.build();
    }

    /** A function with one result: its body in nodes {@code <call>/<node>}, the result as an Identity called as the call. */
    private static void inline(NodeDef call, FunctionDef function, GraphDef.Builder graph) {
        Map<String, String> names = new HashMap<>();
        for (int i = 0; i < function.getSignature().getInputArgCount(); i++) {
            names.put(function.getSignature().getInputArg(i).getName(), call.getInput(i));
        }
        Map<String, NodeDef> nodes = new HashMap<>();
        function.getNodeDefList().forEach(node -> nodes.put(node.getName(), node));
        for (NodeDef node : function.getNodeDefList()) {
            NodeDef.Builder copy = node.toBuilder()
                    .setName(call.getName() + "/" + node.getName())
                    .clearInput();
            node.getInputList().forEach(input -> copy.addInput(input(input, call.getName(), names, nodes)));
            graph.addNode(copy);
        }
        String result =
                function.getRetOrThrow(function.getSignature().getOutputArg(0).getName());
        graph.addNodeBuilder()
                .setName(call.getName())
                .setOp("Identity")
                .addInput(input(result, call.getName(), names, nodes))
                .putAttr(
                        "T",
                        Attributes.of(function.getSignature().getOutputArg(0).getType()));
    }

    private static String input(String input, String call, Map<String, String> names, Map<String, NodeDef> nodes) {
        if (names.containsKey(input)) {
            return names.get(input);
        }
        List<String> parts = List.of(input.split(":", -1));
        int port = OutputNames.number(nodes.get(parts.get(0)), parts.get(1), Integer.parseInt(parts.get(2)));
        return call + "/" + parts.get(0) + ":" + port;
    }
}
