package dev.lancet.surgery.imported;

import dev.lancet.surgery.graph.GraphView;
import dev.lancet.surgery.graph.Node;
import dev.lancet.surgery.savedmodel.SavedModelFolder;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;
import org.tensorflow.proto.TensorShapeProto;

/** Builds a signature for a graph that has none, from the placeholders and the outputs that no node uses. */
final class Signatures {

    private Signatures() {}

    static MetaGraphDef ofEnds(GraphView graph) {
        SignatureDef.Builder signature = SignatureDef.newBuilder().setMethodName("tensorflow/serving/predict");
        for (Node node : graph.nodes()) {
            // Freezing leaves placeholders behind that feed nothing.
            if (node.is("Placeholder") && node.uses().isEmpty()) {
                continue;
            }
            if (node.is("Placeholder")) {
                TensorShapeProto shape =
                        node.attribute("shape").map(AttrValue::getShape).orElse(unknown());
                signature.putInputs(node.name(), info(node, node.type("dtype"), shape));
            } else if (node.uses().isEmpty() && !node.is("NoOp") && !node.is("Const")) {
                signature.putOutputs(node.name(), info(node, node.type("T"), unknown()));
            }
        }
        MetaGraphDef.Builder meta = MetaGraphDef.newBuilder().setGraphDef(graph.definition());
        meta.getMetaInfoDefBuilder().addTags(SavedModelFolder.SERVE);
        return meta.putSignatureDef("serving_default", signature.build()).build();
    }

    private static TensorShapeProto unknown() {
        return TensorShapeProto.newBuilder().setUnknownRank(true).build();
    }

    private static TensorInfo info(Node node, DataType type, TensorShapeProto shape) {
        return TensorInfo.newBuilder()
                .setName(node.name() + ":0")
                .setDtype(type)
                .setTensorShape(shape)
                .build();
    }
}
