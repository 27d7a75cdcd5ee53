package dev.lancet.surgery.layer;

import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Step;
import dev.lancet.surgery.graph.GraphView;
import dev.lancet.surgery.graph.Input;
import dev.lancet.surgery.graph.Node;
import dev.lancet.surgery.imported.ImportedModel;
import dev.lancet.surgery.imported.discovery.Layer;
import dev.lancet.surgery.imported.discovery.WeightUse;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.SignatureDef;

/** Finds the tensors that the layers of a graph multiply with their matrices. */
public final class LayerInputs {

    private LayerInputs() {}

    /**
     * The inputs of the layers of a declared model whose matrices are stored in one float32 piece; a matrix that is only
     * looked up has none.
     *
     * @param graph the graph under the plan
     */
    public static List<LayerInput> of(GraphDef graph, Plan plan) {
        GraphView view = GraphView.of(graph);
        List<LayerInput> inputs = new ArrayList<>();
        for (Step step : plan.steps()) {
            if (!step.keeps()) {
                continue;
            }
            for (Node.Use read : view.node(step.weight().name()).uses()) {
                for (Node.Use use : read.node().uses()) {
                    if (use.node().is("MatMul") && !use.taken().control()) {
                        boolean transposed = use.node().flag("transpose_b");
                        inputs.add(new LayerInput(
                                step.weight().name(),
                                tensor(use.node().dataInputs().get(0)),
                                transposed
                                        ? step.weight().columns()
                                        : step.weight().rows(),
                                transposed));
                    }
                }
            }
        }
        return inputs;
    }

    /**
     * The inputs of the layers of an imported model. Layers inside loops and branches are left out, because their inputs
     * cannot be read from outside, and so are the uses of layers by other signatures.
     *
     * @param signature the inputs that are fed
     */
    public static List<LayerInput> of(ImportedModel model, SignatureDef signature) {
        GraphView view = GraphView.of(model.meta().getGraphDef());
        ReadableNodes readable = ReadableNodes.of(view, signature);
        List<LayerInput> inputs = new ArrayList<>();
        for (Layer layer : model.layers()) {
            for (WeightUse use : layer.uses()) {
                Optional<Node> site = view.find(use.node());
                if (!layer.treatable() || use.kind() == WeightUse.Kind.LOOKUP || site.isEmpty()) {
                    continue;
                }
                Input taken = site.get().dataInputs().get(1 - use.contraction().input());
                if (!readable.contains(taken.node())) {
                    continue;
                }
                boolean transposed = use.kind() == WeightUse.Kind.TRANSPOSED;
                inputs.add(new LayerInput(
                        layer.weight().name(), tensor(taken), transposed ? use.columns() : use.rows(), transposed));
            }
        }
        return inputs;
    }

    private static String tensor(Input input) {
        return input.node() + ":" + input.port();
    }
}
