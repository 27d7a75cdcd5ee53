package dev.lancet.surgery.imported;

import dev.lancet.dsl.LancetException;
import dev.lancet.surgery.graph.GraphView;
import dev.lancet.surgery.graph.Node;
import dev.lancet.surgery.savedmodel.SavedModelFolder;
import java.util.List;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;
import org.tensorflow.proto.TensorShapeProto;

/** Finds the signature of a model, or builds one for a graph that has none. */
public final class Signatures {

    /** The name that TensorFlow Serving asks for. */
    static final String USUAL = "serving_default";

    private Signatures() {}

    /**
     * The name of the signature that serves a model: {@code serving_default}, or the only one.
     *
     * @param model the model, for messages
     * @throws LancetException if there are several, and none of this name
     */
    public static String serving(MetaGraphDef meta, String model) {
        List<String> names = meta.getSignatureDefMap().keySet().stream()
                .filter(name -> !name.startsWith("__"))
                .sorted()
                .toList();
        if (!names.contains(USUAL) && names.size() != 1) {
            throw new LancetException(
                    "signature: " + model + " has " + names + ", but no " + USUAL + "; save it with one");
        }
        return names.contains(USUAL) ? USUAL : names.get(0);
    }

    /** A signature from the placeholders and the outputs that no node uses. */
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
        return meta.putSignatureDef(USUAL, signature.build()).build();
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
