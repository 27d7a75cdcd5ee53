package dev.lancet.surgery.layer;

import dev.lancet.surgery.graph.GraphView;
import dev.lancet.surgery.imported.ImportedModel;
import dev.lancet.surgery.imported.discovery.Layer;
import dev.lancet.surgery.imported.discovery.WeightUse;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.tensorflow.proto.SignatureDef;

/** Finds the tensors that the layers of a graph give. Surgery keeps their names, whatever form a matrix gets. */
public final class LayerOutputs {

    private LayerOutputs() {}

    /**
     * The outputs of some layers of an imported model in the order of the graph; a layer that is used twice has two. Lookups
     * are left out, and so are the uses inside loops and branches, and those by other signatures, because a run cannot read
     * them.
     *
     * @param signature the inputs that are fed
     * @param weights the names of the matrices
     */
    public static List<LayerOutput> of(ImportedModel model, SignatureDef signature, Set<String> weights) {
        GraphView view = GraphView.of(model.meta().getGraphDef());
        ReadableNodes readable = ReadableNodes.of(view, signature);
        List<LayerOutput> outputs = new ArrayList<>();
        for (Layer layer : model.layers()) {
            for (WeightUse use : layer.uses()) {
                if (weights.contains(layer.weight().name())
                        && use.kind() != WeightUse.Kind.LOOKUP
                        && view.find(use.node()).isPresent()
                        && readable.contains(use.node())) {
                    boolean transposed = use.kind() == WeightUse.Kind.TRANSPOSED;
                    outputs.add(new LayerOutput(
                            layer.weight().name(), use.node() + ":0", transposed ? use.rows() : use.columns()));
                }
            }
        }
        return outputs;
    }
}
