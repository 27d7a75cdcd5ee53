package dev.lancet.surgery.imported;

import com.google.protobuf.ByteString;
import dev.lancet.dsl.LancetException;
import dev.lancet.surgery.graph.Attributes;
import dev.lancet.surgery.graph.GraphView;
import dev.lancet.surgery.graph.Node;
import dev.lancet.surgery.savedmodel.SavedModelWriter;
import dev.lancet.surgery.savedmodel.TensorBundleWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.TensorProto;

/** Writes graphs with their weights: in a checkpoint, or as constants. */
final class GraphWriter {

    /** Protobuf's limit, with room for all that is no weight. */
    private static final long LARGEST_GRAPH = Integer.MAX_VALUE - (64L << 20);

    private GraphWriter() {}

    static void savedModel(
            Path folder, MetaGraphDef meta, ImportedModel model, Set<String> changed, ImportedSurgery.Arrays arrays) {
        GraphView graph = GraphView.of(meta.getGraphDef());
        List<Node> kept = graph.nodes().stream()
                .filter(node -> stored(folder, node, model, changed))
                .toList();
        MetaGraphDef.Builder saved = SaverNodes.into(meta, kept).toBuilder();
        saved.clearObjectGraphDef();
        Assets.settle(saved);
        // Collections that describe variables speak of nodes that are gone; those that say what to run, of nodes that
        // are not.
        for (String collection : meta.getCollectionDefMap().keySet()) {
            if (!Set.of("saved_model_main_op", "legacy_init_op", "table_initializer", "saved_model_assets")
                    .contains(collection)) {
                saved.removeCollectionDef(collection);
            }
        }
        saved.getMetaInfoDefBuilder().clearStrippedOpList();
        SavedModelWriter.write(
                folder,
                saved.build(),
                writer -> {
                    arrays.into((name, elements) -> {
                        WeightSource source = WeightSource.of(graph.node(name));
                        writer.write(name, source.type(), source.shape(), elements);
                    });
                    kept.stream()
                            .filter(node -> !changed.contains(node.name()))
                            .forEach(node -> copy(writer, node, model));
                },
                model.frozen() ? Optional.empty() : Optional.of(model.path()));
    }

    /** Whether a node is a variable with a value in the checkpoint; that of an asset's path is set when the graph starts. */
    private static boolean stored(Path folder, Node node, ImportedModel model, Set<String> changed) {
        if (ResourceVariables.reference(node)) {
            throw new LancetException(
                    folder + ": cannot be written: " + node.name() + " is a " + node.op()
                            + " of TensorFlow 1, whose reference goes where no handle can; export the model with resource variables");
        }
        boolean set = node.is("VarHandleOp")
                && !changed.contains(node.name())
                && !model.knows(node.name())
                && node.uses().stream().anyMatch(use -> use.node().is("AssignVariableOp"));
        return node.is("VarHandleOp") && !set;
    }

    private static void copy(TensorBundleWriter writer, Node node, ImportedModel model) {
        WeightSource source = WeightSource.of(node);
        GraphVariable held = model.variable(node.name());
        if (model.constant(held)) {
            writer.write(node.name(), source.type(), source.shape(), model.read(node.name()));
        } else {
            writer.copy(node.name(), model.bundle(held).entry(held.key()), model.bundle(held));
        }
    }

    static void frozen(Path file, GraphDef definition, ImportedModel model, ImportedSurgery.Arrays arrays) {
        GraphView graph = GraphView.of(definition);
        Map<String, ByteString> values = new HashMap<>();
        arrays.into((name, elements) -> values.put(name, ByteString.copyFrom(elements.duplicate())));
        GraphDef.Builder frozen = definition.toBuilder().clearNode();
        long bytes = 0;
        for (Node node : graph.nodes()) {
            if (node.is("VarHandleOp")) {
                freezable(file, node);
                continue;
            }
            boolean read = node.is("ReadVariableOp")
                    && node.producer(0)
                            .filter(holder -> holder.is("VarHandleOp"))
                            .isPresent();
            if (!read) {
                frozen.addNode(node.definition());
                continue;
            }
            Node holder = node.producer(0).orElseThrow();
            ByteString content = values.get(holder.name());
            if (content == null) {
                content = ByteString.copyFrom(model.read(holder.name()));
            }
            bytes += content.size();
            if (bytes > LARGEST_GRAPH) {
                throw new LancetException(
                        file + ": the weights take more than the 2 GiB that a graph may have; export a"
                                + " SavedModel instead");
            }
            frozen.addNode(constant(node, WeightSource.of(holder), content));
        }
        write(file, frozen.build());
    }

    private static void freezable(Path file, Node holder) {
        for (Node.Use use : holder.uses()) {
            if (!use.node().is("ReadVariableOp")) {
                throw new LancetException(file + ": cannot be frozen: "
                        + use.node().name() + ", a " + use.node().op() + ", needs " + holder.name()
                        + " as a variable; write a SavedModel folder");
            }
        }
    }

    private static NodeDef constant(Node read, WeightSource source, ByteString content) {
        TensorProto tensor = TensorProto.newBuilder()
                .setDtype(source.type())
                .setTensorShape(Attributes.shape(source.shape()))
                .setTensorContent(content)
                .build();
        return NodeDef.newBuilder()
                .setName(read.name())
                .setOp("Const")
                .setDevice(read.definition().getDevice())
                .putAttr("dtype", Attributes.of(source.type()))
                .putAttr("value", Attributes.of(tensor))
                .build();
    }

    private static void write(Path file, GraphDef graph) {
        try {
            Files.write(file, graph.toByteArray(), StandardOpenOption.CREATE_NEW);
        } catch (IOException failure) {
            throw new LancetException(file + ": cannot be written: " + failure, failure);
        }
    }
}
