package dev.lancet.runtime.train.graph;

import dev.lancet.dsl.LancetException;
import dev.lancet.runtime.natives.TensorFlowLibrary;
import dev.lancet.surgery.gradient.Backward;
import dev.lancet.surgery.graph.Attributes;
import dev.lancet.surgery.imported.TrainableGraph;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.Graph;
import org.tensorflow.Output;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;

/**
 * The gradients of an imported graph, by TensorFlow's own {@code addGradients}: such graphs have dynamic shapes and more
 * operators than Lancet's registry. Each trained variable X gets a node {@code X.grad}.
 *
 * @param graph the forward and the backward pass
 * @param trained the variables that the loss depends on
 */
record ImportedGradients(GraphDef graph, List<String> trained) {

    ImportedGradients {
        trained = List.copyOf(trained);
    }

    /** @throws LancetException naming node and operator if the loss cannot be differentiated; nothing has run then */
    static ImportedGradients of(TrainableGraph trainable) {
        TensorFlowLibrary.load();
        try (Graph graph = new Graph()) {
            imported(graph, trainable.graph());
            ImportedLossPath path = ImportedLossPath.of(trainable, graph);
            path.check();
            List<String> trained = path.reaching();
            Output<?>[] reads = trained.stream()
                    .map(name -> graph.operation(name + ".read").output(0))
                    .toArray(Output<?>[]::new);
            Output<?>[] gradients;
            try {
                gradients =
                        graph.addGradients(graph.operation(TrainableGraph.LOSS).output(0), reads);
            } catch (RuntimeException wrong) {
                // TensorFlow's exceptions have no other common superclass.
                throw path.explained(wrong);
            }
            return new ImportedGradients(named(graph.toGraphDef(), trainable.graph(), trained, gradients), trained);
        }
    }

    private static void imported(Graph graph, GraphDef definition) {
        try {
            graph.importGraphDef(definition);
        } catch (RuntimeException wrong) {
            throw new LancetException("graph: TensorFlow rejects it: " + wrong.getMessage(), wrong);
        }
    }

    private static GraphDef named(GraphDef both, GraphDef forward, List<String> trained, Output<?>[] gradients) {
        Map<String, AttrValue> shapes = new LinkedHashMap<>();
        for (NodeDef node : forward.getNodeList()) {
            if (node.getOp().equals("VarHandleOp")) {
                shapes.put(node.getName() + ".read", shapes(node.getAttrOrThrow("shape")));
            }
        }
        GraphDef.Builder named = both.toBuilder().clearNode();
        for (NodeDef node : both.getNodeList()) {
            NodeDef faster = faster(node);
            AttrValue shape = shapes.get(node.getName());
            named.addNode(
                    shape == null
                            ? faster
                            : faster.toBuilder()
                                    .putAttr(Attributes.SHAPES, shape)
                                    .build());
        }
        for (int i = 0; i < gradients.length; i++) {
            String variable = trained.get(i);
            named.addNode(NodeDef.newBuilder()
                    .setName(Backward.gradientOf(variable))
                    .setOp("Identity")
                    .addInput(gradients[i].op().name() + ":" + gradients[i].index())
                    .putAttr("T", Attributes.of(DataType.DT_FLOAT))
                    .putAttr(
                            Attributes.SHAPES,
                            shapes.getOrDefault(variable + ".read", AttrValue.getDefaultInstance())));
        }
        return named.build();
    }

    private static AttrValue shapes(AttrValue shape) {
        return AttrValue.newBuilder()
                .setList(AttrValue.ListValue.newBuilder().addShape(shape.getShape()))
                .build();
    }

    /**
     * TensorFlow's gradient of BatchMatMulV2 is BatchMatMulV3, which oneDNN does not implement. BatchMatMulV2 gives the
     * same result four times faster.
     */
    private static NodeDef faster(NodeDef node) {
        if (!node.getOp().equals("BatchMatMulV3")
                || List.of("Ta", "Tb").stream()
                        .anyMatch(type -> node.getAttrOrThrow(type).getType()
                                != node.getAttrOrThrow("Tout").getType())) {
            return node;
        }
        return node.toBuilder()
                .setOp("BatchMatMulV2")
                .putAttr("T", node.getAttrOrThrow("Tout"))
                .removeAttr("Ta")
                .removeAttr("Tb")
                .removeAttr("Tout")
                .build();
    }
}
