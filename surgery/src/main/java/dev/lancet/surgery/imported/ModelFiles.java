package dev.lancet.surgery.imported;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.lancet.dsl.LancetException;
import dev.lancet.surgery.graph.GraphView;
import dev.lancet.surgery.imported.controlflow.Inlining;
import dev.lancet.surgery.imported.discovery.Naming;
import dev.lancet.surgery.imported.discovery.ResourceVariables;
import dev.lancet.surgery.imported.discovery.RestoreMapping;
import dev.lancet.surgery.imported.tracing.Pruning;
import dev.lancet.surgery.savedmodel.SavedModelFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.SignatureDef;

/**
 * A model as its files contain it, with its function calls inlined and its variables named as their author named them.
 *
 * @param path the folder or file
 * @param meta the stored graph and signatures
 * @param folder the SavedModel, or empty for a frozen graph
 * @param keys the key of each variable in the checkpoint
 * @param graph the inlined graph
 */
record ModelFiles(
        Path path, MetaGraphDef meta, Optional<SavedModelFolder> folder, Map<String, String> keys, GraphView graph) {

    /** Reads a SavedModel folder or a file with a frozen graph. */
    static ModelFiles read(Path path) {
        try {
            return Files.isDirectory(path) ? ofFolder(path) : ofFile(path);
        } catch (LancetException wrong) {
            throw GraphValidator.named(path, wrong);
        }
    }

    /**
     * The same model with additional nodes and outputs.
     *
     * @throws LancetException if the model has no such signature, or has a node or an output of one of these names
     */
    ModelFiles with(GraphExtension more) {
        SignatureDef signature = meta.getSignatureDefMap().get(more.signature());
        if (signature == null) {
            throw new LancetException(path + ": has no signature '" + more.signature()
                    + "' that could get an output; give a SavedModel folder with signatures");
        }
        for (String output : more.outputs().keySet()) {
            if (signature.containsOutputs(output)) {
                throw new LancetException(path + ": has an output '" + output
                        + "' already; train that output, or start from the model without it");
            }
        }
        for (NodeDef node : more.nodes()) {
            if (graph.find(node.getName()).isPresent()) {
                throw new LancetException(
                        path + ": has a node '" + node.getName() + "' already; start from the model without it");
            }
        }
        GraphDef whole = graph.definition().toBuilder().addAllNode(more.nodes()).build();
        MetaGraphDef changed = meta.toBuilder()
                .putSignatureDef(
                        more.signature(),
                        signature.toBuilder().putAllOutputs(more.outputs()).build())
                .build();
        return new ModelFiles(path, changed, folder, keys, GraphView.of(whole));
    }

    private static ModelFiles ofFolder(Path path) {
        SavedModelFolder saved = SavedModelFolder.read(path);
        GraphValidator.check(saved.meta().getGraphDef());
        GraphView all = GraphView.of(saved.meta().getGraphDef());
        Set<String> roots = GraphRoots.of(saved.meta());
        Map<String, String> keys = RestoreMapping.keys(saved.meta(), all);
        GraphView flat = GraphView.of(ResourceVariables.of(flat(all, roots)));
        Map<String, String> wanted = new LinkedHashMap<>();
        keys.forEach((node, key) -> RestoreMapping.author(saved.meta().getObjectGraphDef(), key)
                .filter(name -> !name.equals(node) && flat.find(node).isPresent())
                .ifPresent(name -> wanted.put(node, name)));
        Map<String, String> names = Naming.possible(flat, wanted);
        Map<String, String> renamedKeys = new LinkedHashMap<>();
        keys.forEach((node, key) -> renamedKeys.put(names.getOrDefault(node, node), key));
        GraphView named = GraphView.of(Naming.renamed(flat, names));
        return new ModelFiles(path, saved.meta(), Optional.of(saved), renamedKeys, named);
    }

    private static ModelFiles ofFile(Path path) {
        GraphDef definition;
        try {
            definition = GraphDef.parseFrom(SavedModelFolder.bytes(path));
        } catch (InvalidProtocolBufferException damage) {
            throw new LancetException(path + ": is not a frozen graph, or is damaged: " + damage.getMessage(), damage);
        }
        if (definition.getNodeCount() == 0) {
            throw new LancetException(path + ": contains no graph; give a frozen GraphDef or a SavedModel folder");
        }
        GraphValidator.check(definition);
        GraphView all = GraphView.of(definition);
        GraphView flat = flat(all, GraphRoots.ends(all));
        return new ModelFiles(path, MetaGraphDef.getDefaultInstance(), Optional.empty(), Map.of(), flat);
    }

    private static GraphView flat(GraphView all, Set<String> roots) {
        GraphDef pruned = Pruning.reaching(all, roots);
        return GraphView.of(Pruning.reaching(GraphView.of(Inlining.flat(GraphView.of(pruned))), roots));
    }
}
