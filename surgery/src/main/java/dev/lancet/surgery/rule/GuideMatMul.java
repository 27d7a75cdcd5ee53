package dev.lancet.surgery.rule;

import dev.lancet.dsl.Nonlinearity;
import dev.lancet.dsl.Weight;
import dev.lancet.surgery.graph.GraphBuilder;
import dev.lancet.surgery.graph.Node;
import dev.lancet.surgery.graph.Ops;
import dev.lancet.surgery.graph.TensorType;
import dev.lancet.surgery.graph.Value;
import dev.lancet.surgery.match.Captures;
import dev.lancet.surgery.match.Pattern;
import java.util.List;
import java.util.Optional;
import org.tensorflow.proto.DataType;

/**
 * Keeps the matrix of a product for a while beside the two factors that will replace it: self-guided training (Wei et
 * al., arXiv 2406.16450). The fed scalar {@code guide} is the weight of the dense matrix; it decreases from 1 to 0.
 *
 * <pre>
 * X = Variable [m,n]                 X = Variable [m,n]
 * X.out = MatMul(x, X)       ->      X.left = Variable [m,r]
 *                                    X.right = Variable [r,n]
 *                                    guide = Placeholder []
 *                                    X.out.left = MatMul(x, X.left)
 *                                    X.out.narrow = MatMul(X.out.left, X.right)
 *                                    X.out.dense = MatMul(x, X)
 *                                    X.out = guided(X.out.dense, X.out.narrow, guide)
 *                                          = guide · X.out.dense + (1 − guide) · X.out.narrow
 * </pre>
 *
 * With a nonlinearity between the factors, {@code X.out.bent} is added where {@link FactoriseMatMul} adds it. All layers
 * of one shape call the same function of the library.
 *
 * @param weight the matrix
 * @param rank the inner width r
 * @param between the nonlinearity between the factors, if any
 */
public record GuideMatMul(Weight weight, int rank, Optional<Nonlinearity> between) implements Rule {

    /** The placeholder for the weight of the dense matrix, a float32 scalar from 0 to 1. */
    public static final String GUIDE = "guide";

    private static final String PREFIX = "guided_";
    private static final String DENSE = ".dense";

    @Override
    public Pattern<Node> pattern() {
        return MatrixUses.matmul(weight.name()).where("not guided yet", node -> !guided(node));
    }

    private static boolean guided(Node node) {
        return node.name().endsWith(DENSE)
                && node.uses().stream().map(use -> use.node().attribute("f")).anyMatch(called -> called.filter(
                                f -> f.getFunc().getName().startsWith(PREFIX))
                        .isPresent());
    }

    @Override
    public Verdict judge(Node site, Captures met) {
        return MatrixUses.refuseMatMul(site)
                .or(() -> refuseTransposed(site))
                .<Verdict>map(refusal -> refusal)
                .orElseGet(() -> cut(site));
    }

    private Optional<Refusal> refuseTransposed(Node site) {
        return site.flag("transpose_b")
                ? Optional.of(new Refusal(site.name() + " multiplies with the transposed " + weight.name()
                        + "; self-guidance is supported only for x · W"))
                : Optional.empty();
    }

    private Incision cut(Node site) {
        GraphBuilder builder = GraphBuilder.graph();
        Ops ops = new Ops(builder);
        String name = site.name();
        Value narrow = new FactoriseMatMul(weight, rank, between).product(site, builder, name + ".narrow");
        Value matrix = MatrixUses.input(site, 1, TensorType.of(DataType.DT_FLOAT, weight.rows(), weight.columns()));
        Value dense = ops.matmul(name + DENSE, MatrixUses.rowsInto(site, weight.rows()), false, matrix, false);
        Value guide = builder.placeholder(GUIDE, TensorType.of(DataType.DT_FLOAT));
        builder.call(name, builder.define(guided(narrow.form())), List.of(dense, narrow, guide));
        return Incision.of(site, builder);
    }

    private static GraphBuilder guided(TensorType type) {
        GraphBuilder body = GraphBuilder.function(PREFIX + MatrixUses.dimensions(type));
        Ops ops = new Ops(body);
        Value dense = body.argument("dense", type);
        Value narrow = body.argument("narrow", type);
        Value guide = body.argument(GUIDE, TensorType.of(DataType.DT_FLOAT));
        Value rest = ops.sub("rest", ops.constant("one", 1f), guide);
        body.result("y", ops.add("sum", ops.mul("led", dense, guide), ops.mul("own", narrow, rest)));
        return body;
    }

    @Override
    public String toString() {
        return "guide " + weight.name() + " to rank " + rank
                + between.map(curve -> " with " + curve).orElse("");
    }
}
