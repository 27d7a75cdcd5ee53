package dev.lancet.surgery.imported.writing;

import dev.lancet.dsl.weights.HostTensor;
import dev.lancet.surgery.graph.GraphView;
import dev.lancet.surgery.graph.Node;
import dev.lancet.surgery.imported.ImportedSurgery;
import dev.lancet.surgery.imported.VariableValues;
import dev.lancet.surgery.imported.tracing.WeightSource;
import dev.lancet.surgery.savedmodel.SavedModelWriter;
import dev.lancet.surgery.savedmodel.SaverNodes;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.tensorflow.proto.MetaGraphDef;

/**
 * Writes a SavedModel with the signatures of the model and its weights in a checkpoint. For a former frozen graph, its
 * inputs and outputs become {@code serving_default}.
 */
final class SavedModelGraphWriter implements GraphWriter {

    /** Collections that name nodes to run. All others describe variables through nodes that no longer exist. */
    private static final Set<String> KEPT_COLLECTIONS =
            Set.of("saved_model_main_op", "legacy_init_op", "table_initializer", "saved_model_assets");

    private final MetaGraphDef meta;
    private final GraphView graph;
    private final VariableValues values;
    private final SavedModelWriter writer;
    private final Set<String> given = new HashSet<>();

    SavedModelGraphWriter(Path folder, ImportedSurgery surgery) {
        meta = surgery.meta();
        graph = GraphView.of(meta.getGraphDef());
        values = surgery.model().values();
        GraphWriter.requireResources(folder, graph);
        writer = SavedModelWriter.create(
                folder,
                surgery.model().frozen()
                        ? Optional.empty()
                        : Optional.of(surgery.model().path()));
    }

    @Override
    public void accept(HostTensor tensor) {
        WeightSource source = WeightSource.of(graph.node(tensor.name()));
        writer.variables().write(tensor.name(), source.type(), source.shape(), tensor.bytes());
        given.add(tensor.name());
    }

    @Override
    public void extra(String name, byte[] content) {
        writer.extra(name, content);
    }

    @Override
    public void finish() {
        List<Node> stored = graph.nodes().stream().filter(this::stored).toList();
        for (Node node : stored) {
            if (!given.contains(node.name())) {
                values.copy(node, writer.variables());
            }
        }
        MetaGraphDef.Builder saved = SaverNodes.into(meta, stored).toBuilder();
        saved.clearObjectGraphDef();
        Assets.settle(saved);
        for (String collection : meta.getCollectionDefMap().keySet()) {
            if (!KEPT_COLLECTIONS.contains(collection)) {
                saved.removeCollectionDef(collection);
            }
        }
        saved.getMetaInfoDefBuilder().clearStrippedOpList();
        writer.finish(saved.build());
    }

    /**
     * Whether a node is a variable with a value in the checkpoint. A variable with the path of an asset gets its value
     * when the graph is initialised.
     */
    private boolean stored(Node node) {
        if (!node.is("VarHandleOp")) {
            return false;
        }
        boolean setByGraph = !given.contains(node.name())
                && !values.knows(node.name())
                && node.uses().stream().anyMatch(use -> use.node().is("AssignVariableOp"));
        return !setByGraph;
    }

    @Override
    public void close() {
        writer.close();
    }
}
