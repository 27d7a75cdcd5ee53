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
 * The graph of a self-guided beginning (Wei et al., arXiv 2406.16450): layers that a plan factors have a dense twin beside
 * the factors, see {@link GuideMatMul}. Twins begin as the product of the factors, whatever stands between these:
 *
 * <pre>
 * X.twin       = MatMul(X.left, X.right)           guide.start = NoOp(^X.begun of every twin)
 * X.begun      = AssignVariableOp(X, X.twin)
 * </pre>
 */
public final class SelfGuidanceGraph {

    /** What to run once the factors are loaded: it fills the twins. */
    public static final String START = "guide.start";

    private SelfGuidanceGraph() {}

    /**
     * Carries out a plan, but leaves the dense twins of some layers.
     *
     * @param graph a graph of the declared model
     * @param plan for all of it
     * @param guided the steps of the plan whose layers keep a twin; factored linear layers
     * @throws LancetException if surgery cannot treat a layer; then nothing is done
     */
    public static GraphDef operate(GraphDef graph, Plan plan, List<Step> guided) {
        Rule[] rules = guided.stream()
                .map(step -> new GuideMatMul(step.weight(), step.rank().orElseThrow(), step.between()))
                .toArray(Rule[]::new);
        RewriteResult rewritten = Surgeon.rewrite(graph, rules);
        if (!rewritten.refusals().isEmpty()) {
            throw new LancetException("selfGuided: " + rewritten.refusals().get(0) + "; nothing was done");
        }
        return Surgeon.operate(rewritten.graph(), plan).graph();
    }

    /**
     * The graph with the nodes that begin the twins. They come last, so that no pass for speed makes their products coarse.
     *
     * @param graph what {@link #operate} gave, and what came after
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
