package dev.lancet.surgery.graph;

import dev.lancet.dsl.LancetException;
import java.util.List;
import java.util.stream.Collectors;
import org.tensorflow.proto.NodeDef;

/**
 * The names of outputs in the operator registry; a list of tensors has one name. Only function bodies use them: a graph
 * has {@code x:1}, a body {@code x:backprop:0}.
 */
public final class OutputNames {

    private OutputNames() {}

    /**
     * The name of an output in a function body, without the node: {@code product:0} for the output of a MatMul.
     *
     * @param output index over all outputs
     * @throws LancetException if the node has no such output, or its operator is not in the registry
     */
    public static String of(NodeDef node, int output) {
        List<OperatorOutput> outputs = Operators.current()
                .outputs(node.getOp())
                .orElseThrow(() -> new LancetException(node(node) + ", an operator that TensorFlow " + Operators.VERSION
                        + " does not have; a function that contains it cannot be written"));
        int before = 0;
        for (OperatorOutput declared : outputs) {
            int count = declared.count(node);
            if (output < before + count) {
                return declared.name() + ":" + (output - before);
            }
            before += count;
        }
        throw new LancetException(node(node) + ", which has no output " + output);
    }

    /**
     * The index over all outputs of an output that a function body names: 1 for {@code ("output", 1)} of a Split. An
     * operator that is not in the registry has one output.
     *
     * @throws LancetException if the node has no such output
     */
    public static int number(NodeDef node, String name, int index) {
        List<OperatorOutput> outputs = Operators.current().outputs(node.getOp()).orElse(List.of());
        if (outputs.isEmpty()) {
            return index;
        }
        int before = 0;
        for (OperatorOutput declared : outputs) {
            if (declared.name().equals(name)) {
                return before + index;
            }
            before += declared.count(node);
        }
        throw new LancetException(node(node) + ", which has no output '" + name + "'; its outputs are "
                + outputs.stream().map(OperatorOutput::name).collect(Collectors.joining(", ")));
    }

    private static String node(NodeDef node) {
        return "graph: " + node.getName() + " is a " + node.getOp();
    }
}
