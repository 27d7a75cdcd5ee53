package dev.lancet.surgery.imported;

import dev.lancet.surgery.graph.GraphView;
import dev.lancet.surgery.graph.Input;
import java.util.LinkedHashSet;
import java.util.Set;
import org.tensorflow.proto.AssetFileDef;
import org.tensorflow.proto.CollectionDef;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;

/**
 * The nodes of a graph that must be kept: inputs and outputs of the signatures, and the initialisation. The saver is
 * built anew.
 */
final class GraphRoots {

    private GraphRoots() {}

    static Set<String> of(MetaGraphDef meta) {
        Set<String> roots = new LinkedHashSet<>();
        for (SignatureDef signature : meta.getSignatureDefMap().values()) {
            signature.getInputsMap().values().forEach(tensor -> add(roots, tensor));
            signature.getOutputsMap().values().forEach(tensor -> add(roots, tensor));
        }
        for (String collection : new String[] {"saved_model_main_op", "legacy_init_op", "table_initializer"}) {
            CollectionDef ops = meta.getCollectionDefOrDefault(collection, CollectionDef.getDefaultInstance());
            ops.getNodeList().getValueList().forEach(name -> roots.add(node(name)));
        }
        for (AssetFileDef asset : meta.getAssetFileDefList()) {
            add(roots, asset.getTensorInfo());
        }
        return roots;
    }

    /** The last nodes of a graph without signatures. */
    static Set<String> ends(GraphView graph) {
        Set<String> ends = new LinkedHashSet<>();
        graph.nodes().stream()
                .filter(node -> node.uses().isEmpty() || node.is("Placeholder"))
                .forEach(node -> ends.add(node.name()));
        return ends;
    }

    private static void add(Set<String> roots, TensorInfo tensor) {
        if (tensor.hasCooSparse()) {
            roots.add(node(tensor.getCooSparse().getValuesTensorName()));
            roots.add(node(tensor.getCooSparse().getIndicesTensorName()));
            roots.add(node(tensor.getCooSparse().getDenseShapeTensorName()));
        } else if (tensor.hasCompositeTensor()) {
            tensor.getCompositeTensor().getComponentsList().forEach(part -> add(roots, part));
        } else {
            roots.add(node(tensor.getName()));
        }
    }

    private static String node(String tensor) {
        return Input.parse(tensor).node();
    }
}
