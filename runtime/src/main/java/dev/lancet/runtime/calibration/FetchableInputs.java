package dev.lancet.runtime.calibration;

import dev.lancet.surgery.graph.Attributes;
import java.util.HashMap;
import java.util.Map;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;

/** Copies of the inputs of a signature: TensorFlow does not read a tensor that it is fed, and a layer may see such a tensor. */
final class FetchableInputs {

    private static final String COPY = ".calibration_copy";

    private final GraphDef graph;
    private final Map<String, String> copies = new HashMap<>();

    FetchableInputs(GraphDef graph, SignatureDef signature) {
        GraphDef.Builder more = graph.toBuilder();
        for (TensorInfo input : signature.getInputsMap().values()) {
            String name = input.getName().replace(':', '.') + COPY;
            copies.put(input.getName(), name + ":0");
            more.addNode(NodeDef.newBuilder()
                    .setName(name)
                    .setOp("Identity")
                    .addInput(input.getName())
                    .putAttr("T", Attributes.of(input.getDtype())));
        }
        this.graph = more.build();
    }

    /** The graph with the copies. */
    GraphDef graph() {
        return graph;
    }

    /** The tensor to read in place of this one. */
    String readable(String tensor) {
        String whole = tensor.contains(":") ? tensor : tensor + ":0";
        return copies.getOrDefault(whole, tensor);
    }
}
