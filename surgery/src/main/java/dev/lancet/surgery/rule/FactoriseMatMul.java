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
 * Replaces a product by two narrower ones, {@code W ≈ left · right} (FinGPT-HPC, arXiv 2402.13533, section 3).
 *
 * <pre>
 * X = Variable [m,n]                 X.left = Variable [m,r]
 * X.out = MatMul(x, X)       ->      X.right = Variable [r,n]
 *                                    X.out.left = MatMul(x, X.left)
 *                                    X.out = MatMul(X.out.left, X.right)
 *
 * y = MatMul(x, X) transpose_b  ->   y.right = MatMul(x, X.right) transpose_b
 *                                    y = MatMul(y.right, X.left) transpose_b
 * </pre>
 *
 * With a nonlinearity between the factors (CoLA, arXiv 2502.10940) the layer computes another function of x and must be
 * trained from fresh weights. All layers of the same rank call the same function of the library:
 *
 * <pre>
 * X.out = MatMul(x, X)       ->      X.out.left = MatMul(x, X.left)
 *                                    X.out.silu = silu_r(X.out.left)
 *                                    X.out = MatMul(X.out.silu, X.right)
 * </pre>
 *
 * @param weight the matrix
 * @param rank the inner width r
 * @param between the nonlinearity between the factors, if any; only for {@code x · W}
 */
public record FactoriseMatMul(Weight weight, int rank, Optional<Nonlinearity> between) implements Rule {

    private static final String PREFIX = "silu_";

    /** Two factors without a nonlinearity. */
    public FactoriseMatMul(Weight weight, int rank) {
        this(weight, rank, Optional.empty());
    }

    @Override
    public Pattern<Node> pattern() {
        return MatrixUses.matmul(weight.name());
    }

    @Override
    public Verdict judge(Node site, Captures met) {
        return MatrixUses.refuseMatMul(site)
                .or(() -> refuseTransposed(site))
                .<Verdict>map(refusal -> refusal)
                .orElseGet(() -> cut(site));
    }

    private Optional<Refusal> refuseTransposed(Node site) {
        return between.filter(curve -> site.flag("transpose_b"))
                .map(curve -> new Refusal(site.name() + " multiplies with the transposed " + weight.name() + "; "
                        + curve + " between factors is supported only for x · W"));
    }

    private Incision cut(Node site) {
        GraphBuilder builder = GraphBuilder.graph();
        if (site.flag("transpose_b")) {
            Ops ops = new Ops(builder);
            Value left = left(builder);
            Value right = right(builder);
            Value x = MatrixUses.rowsInto(site, weight.columns());
            Value narrow = ops.matmul(site.name() + ".right", x, false, right, true);
            ops.matmul(site.name(), narrow, false, left, true);
        } else {
            product(site, builder, site.name());
        }
        return Incision.of(site, builder);
    }

    private Value left(GraphBuilder builder) {
        return builder.variable(weight.left(), TensorType.of(DataType.DT_FLOAT, weight.rows(), rank));
    }

    private Value right(GraphBuilder builder) {
        return builder.variable(weight.right(), TensorType.of(DataType.DT_FLOAT, rank, weight.columns()));
    }

    /** Builds the two narrow products that replace {@code x · W}; the second has this name. */
    Value product(Node site, GraphBuilder builder, String name) {
        Ops ops = new Ops(builder);
        Value left = left(builder);
        Value right = right(builder);
        Value x = MatrixUses.rowsInto(site, weight.rows());
        Value narrow = ops.matmul(site.name() + ".left", x, false, left, false);
        return ops.matmul(name, activated(site, builder, narrow), false, right, false);
    }

    /** Whether a node calls a nonlinearity that this rule adds. */
    public static boolean bends(Node node) {
        return node.is("PartitionedCall")
                && node.attribute("f")
                        .filter(called -> called.getFunc().getName().startsWith(PREFIX))
                        .isPresent();
    }

    private Value activated(Node site, GraphBuilder builder, Value narrow) {
        if (between.isEmpty()) {
            return narrow;
        }
        GraphBuilder.Function silu = builder.define(silu(narrow.form()));
        return builder.call(site.name() + ".silu", silu, List.of(narrow)).get(0);
    }

    /** The function declares its dimensions, so there is one function for each type of its argument. */
    private static GraphBuilder silu(TensorType type) {
        GraphBuilder body = GraphBuilder.function(PREFIX + MatrixUses.dimensions(type));
        Ops ops = new Ops(body);
        Value x = body.argument("x", type);
        body.result("y", ops.mul("silu", x, ops.unary("sigmoid", "Sigmoid", x)));
        return body;
    }

    @Override
    public String toString() {
        return "factorise " + weight.name() + " to rank " + rank
                + between.map(curve -> " with " + curve).orElse("");
    }
}
