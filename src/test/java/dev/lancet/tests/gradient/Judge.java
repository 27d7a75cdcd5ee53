package dev.lancet.tests.gradient;

import dev.lancet.surgery.graph.Attributes;
import java.util.List;
import org.tensorflow.Graph;
import org.tensorflow.GraphOperation;
import org.tensorflow.Output;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.TensorProto;

/** A graph with TensorFlow's own gradients in it: that of variable {@code X} is {@code X.judged}. */
final class Judge {

    private Judge() {}

    /** Gradients of a scalar. */
    static GraphDef of(GraphDef forward, String loss, List<String> variables) {
        try (Graph graph = new Graph()) {
            graph.importGraphDef(Inlined.of(forward));
            return judged(graph, loss, new Output<?>[0], variables);
        }
    }

    /**
     * Gradients of the mean over {@code rows} of the cross entropy of the logits, which TensorFlow cannot
     * differentiate itself; it begins at the logits, with the second output of the op.
     */
    static GraphDef ofCrossEntropy(GraphDef forward, int rows, List<String> variables) {
        try (Graph graph = new Graph()) {
            GraphDef.Builder seeded = Inlined.of(forward).toBuilder();
            seeded.addNodeBuilder()
                    .setName("share")
                    .setOp("Const")
                    .putAttr("dtype", Attributes.of(DataType.DT_FLOAT))
                    .putAttr(
                            "value",
                            Attributes.of(TensorProto.newBuilder()
                                    .setDtype(DataType.DT_FLOAT)
                                    .setTensorShape(Attributes.shape(List.of()))
                                    .addFloatVal(1f / rows)
                                    .build()));
            seeded.addNodeBuilder()
                    .setName("seed")
                    .setOp("Mul")
                    .addInput("cross_entropy:1")
                    .addInput("share")
                    .putAttr("T", Attributes.of(DataType.DT_FLOAT));
            graph.importGraphDef(seeded.build());
            Output<?>[] seeds = {graph.operation("seed").output(0)};
            return judged(graph, logits(seeded), seeds, variables);
        }
    }

    /** What the cross entropy is computed from: {@code head.out}, or what follows from it by a factor or a cap. */
    private static String logits(GraphDef.Builder graph) {
        return graph.getNodeBuilderList().stream()
                .filter(node -> node.getName().equals("cross_entropy"))
                .map(node -> node.getInput(0))
                .findFirst()
                .orElseThrow();
    }

    private static GraphDef judged(Graph graph, String tensor, Output<?>[] seeds, List<String> variables) {
        Output<?>[] reads = variables.stream()
                .map(variable -> graph.operation(variable + ".read").output(0))
                .toArray(Output<?>[]::new);
        Output<?>[] losses = {graph.operation(tensor).output(0)};
        Output<?>[] gradients = graph.addGradients("judge", losses, reads, seeds.length == 0 ? null : seeds);
        GraphDef.Builder judged = graph.toGraphDef().toBuilder();
        for (int i = 0; i < gradients.length; i++) {
            GraphOperation op = (GraphOperation) gradients[i].op();
            judged.addNode(NodeDef.newBuilder()
                    .setName(variables.get(i) + ".judged")
                    .setOp("Identity")
                    .addInput(op.name() + ":" + gradients[i].index())
                    .putAttr(
                            "T",
                            Attributes.of(
                                    DataType.forNumber(gradients[i].dataType().getNumber()))));
        }
        return judged.build();
    }
}
