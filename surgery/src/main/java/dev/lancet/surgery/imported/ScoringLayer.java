package dev.lancet.surgery.imported;

import dev.lancet.dsl.LancetException;
import dev.lancet.surgery.graph.GraphView;
import dev.lancet.surgery.graph.Input;
import dev.lancet.surgery.graph.Node;
import dev.lancet.surgery.imported.discovery.Layer;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Finds the layer that computes the scores of the classes: the last product before an output, and its bias. */
public final class ScoringLayer {

    /** Nodes that may stand between the product and the output. */
    private static final Set<String> PASSED =
            Set.of("Identity", "Softmax", "AddV2", "Add", "BiasAdd", "Reshape", "Squeeze");

    /** More than any layer has between its product and the output. */
    private static final int FARTHEST = 16;

    private ScoringLayer() {}

    /**
     * The names of its matrix and, if it has one, of its bias.
     *
     * @throws LancetException if the output is not computed by such a layer
     */
    public static List<String> of(ImportedModel model, Objective scores) {
        GraphView graph = GraphView.of(model.meta().getGraphDef());
        Set<String> names = new LinkedHashSet<>();
        Optional<Node> at =
                graph.find(Input.parse(scores.outputOf(model.meta()).getName()).node());
        for (int i = 0; i < FARTHEST && at.isPresent(); i++) {
            Node node = at.get();
            Optional<Layer> layer = model.layers().stream()
                    .filter(one ->
                            one.uses().stream().anyMatch(use -> use.node().equals(node.name())))
                    .findFirst();
            if (layer.isPresent()) {
                names.add(layer.get().weight().name());
                return List.copyOf(names);
            }
            if (!PASSED.contains(node.op())) {
                break;
            }
            variable(node).ifPresent(names::add);
            at = node.producer(0);
        }
        throw new LancetException("head: no layer was found whose product is the output '" + scores.output()
                + "'; train all weights, or put a new head on another output");
    }

    /** The variable that is added to the first input. */
    private static Optional<String> variable(Node node) {
        Optional<Node> added = node.op().contains("Add") ? node.producer(1) : Optional.empty();
        while (added.filter(from -> from.is("Identity") || from.is("ReadVariableOp"))
                .isPresent()) {
            added = added.get().producer(0);
        }
        return added.filter(from -> from.is("VarHandleOp")).map(Node::name);
    }
}
