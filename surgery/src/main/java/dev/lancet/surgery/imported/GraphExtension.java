package dev.lancet.surgery.imported;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.TensorInfo;
import org.tensorflow.proto.TensorProto;

/**
 * What is added to a model: nodes that use values of its graph, and outputs that one of its signatures gains. Nothing that
 * the model has is changed.
 *
 * @param signature the signature that gains the outputs
 * @param nodes the nodes, with names that the graph does not have
 * @param outputs the outputs by their names, which the signature does not have
 * @param values the value of each variable among the nodes
 */
public record GraphExtension(
        String signature, List<NodeDef> nodes, Map<String, TensorInfo> outputs, Map<String, TensorProto> values) {

    public GraphExtension {
        nodes = List.copyOf(nodes);
        outputs = Collections.unmodifiableMap(new LinkedHashMap<>(outputs));
        values = Map.copyOf(values);
    }
}
