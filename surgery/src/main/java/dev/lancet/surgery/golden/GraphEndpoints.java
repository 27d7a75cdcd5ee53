package dev.lancet.surgery.golden;

import dev.lancet.surgery.graph.GraphView;
import dev.lancet.surgery.graph.Node;
import java.util.Set;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;
import org.tensorflow.proto.TensorShapeProto;

/**
 * The inputs and outputs of a graph without signatures: its placeholders, and the nodes whose computed results no node
 * uses.
 */
final class GraphEndpoints {

    /** The name of the only signature of such a graph. */
    static final String NAME = "graph";

    /** Ops without outputs, or whose outputs are not computed. */
    private static final Set<String> NO_RESULT = Set.of(
            "NoOp", "Assert", "AssignVariableOp", "VarHandleOp", "Const", "Placeholder", "SaveV2", "ReadVariableOp");

    private GraphEndpoints() {}

    static SignatureDef of(GraphDef graph) {
        SignatureDef.Builder signature = SignatureDef.newBuilder();
        for (Node node : GraphView.of(graph).nodes()) {
            if (node.is("Placeholder")) {
                TensorShapeProto shape = node.attribute("shape")
                        .map(value -> value.getShape())
                        .orElse(TensorShapeProto.newBuilder()
                                .setUnknownRank(true)
                                .build());
                signature.putInputs(
                        node.name(),
                        TensorInfo.newBuilder()
                                .setName(node.name() + ":0")
                                .setDtype(node.type("dtype"))
                                .setTensorShape(shape)
                                .build());
            } else if (!NO_RESULT.contains(node.op())
                    && node.uses().stream().allMatch(use -> use.taken().control())) {
                signature.putOutputs(
                        node.name(),
                        TensorInfo.newBuilder()
                                .setName(node.name() + ":0")
                                .setDtype(DataType.DT_INVALID)
                                .build());
            }
        }
        return signature.build();
    }
}
