package dev.lancet.surgery;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Weight;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Step;
import dev.lancet.surgery.graph.GraphBuilder;
import dev.lancet.surgery.graph.Ops;
import dev.lancet.surgery.graph.TensorType;
import dev.lancet.surgery.graph.Value;
import dev.lancet.surgery.rule.GuideMatMul;
import dev.lancet.surgery.rule.Rule;
import java.util.ArrayList;
import java.util.List;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;

/**
 * The graph for the self-guided first steps of a training (Wei et al., arXiv 2406.16450): each layer that the plan
 * factors keeps a dense twin beside its factors, see {@link GuideMatMul}. The twin is initialised with the product of the
 * factors, also if a nonlinearity stands between them:
 *
 * <pre>
 * X.twin       = MatMul(X.left, X.right)           guide.start = NoOp(^X.begun of every twin)
 * X.begun      = AssignVariableOp(X, X.twin)
 * </pre>
 */
public final class SelfGuidanceGraph {

    /** The node to run once the factors are loaded: it initialises the twins. */
    public static final String START = "guide.start";

    private SelfGuidanceGraph() {}

    /**
     * Carries out a plan, but keeps the dense twins of some layers.
     *
     * @param graph a graph of the declared model
     * @param plan the plan for the whole graph
     * @param guided the steps of the plan whose layers keep a twin; all are factored linear layers
     * @throws LancetException if surgery cannot handle a layer; the graph is then unchanged
     */
    public static GraphDef operate(GraphDef graph, Plan plan, List<Step> guided) {
        Rule[] rules = guided.stream()
                .map(step -> new GuideMatMul(step.weight(), step.rank().orElseThrow(), step.between()))
                .toArray(Rule[]::new);
        RewriteResult rewritten = Surgeon.rewrite(graph, rules);
        if (!rewritten.refusals().isEmpty()) {
            throw new LancetException("selfGuided: " + rewritten.refusals().get(0) + "; the graph is unchanged");
        }
        return Surgeon.operate(rewritten.graph(), plan).graph();
    }

    /**
     * Adds the nodes that initialise the twins. They come last, so that no pass reduces the precision of their products.
     *
     * @param graph the result of {@link #operate}, after any passes
     * @param guided the same steps
     */
    public static GraphDef started(GraphDef graph, List<Step> guided) {
        GraphBuilder builder = GraphBuilder.graph();
        Ops ops = new Ops(builder);
        List<String> begun = new ArrayList<>();
        for (Step step : guided) {
            Weight weight = step.weight();
            int rank = step.rank().orElseThrow();
            Value left = read(weight.left(), weight.rows(), rank);
            Value right = read(weight.right(), rank, weight.columns());
            Value handle = new Value(weight.name(), 0, TensorType.of(DataType.DT_RESOURCE));
            builder.node(weight.name() + ".begun", "AssignVariableOp")
                    .in(List.of(handle, ops.matmul(weight.name() + ".twin", left, false, right, false)))
                    .with("dtype", DataType.DT_FLOAT)
                    .ends();
            begun.add("^" + weight.name() + ".begun");
        }
        return graph.toBuilder()
                .addAllNode(builder.toGraph().getNodeList())
                .addNode(NodeDef.newBuilder().setName(START).setOp("NoOp").addAllInput(begun))
                .build();
    }

    private static Value read(String variable, int rows, int columns) {
        return new Value(variable + ".read", 0, TensorType.of(DataType.DT_FLOAT, rows, columns));
    }
}
