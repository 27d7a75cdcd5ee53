package dev.lancet.surgery.rule;

import dev.lancet.dsl.Adapter;
import dev.lancet.dsl.Weight;
import dev.lancet.surgery.graph.GraphBuilder;
import dev.lancet.surgery.graph.Node;
import dev.lancet.surgery.graph.Ops;
import dev.lancet.surgery.graph.TensorType;
import dev.lancet.surgery.graph.Value;
import dev.lancet.surgery.match.Captures;
import dev.lancet.surgery.match.Pattern;
import java.util.Optional;
import org.tensorflow.proto.DataType;

/**
 * Adds an adapter to a product (LoRA, Hu et al., arXiv 2106.09685, equation 3). The scale is multiplied with the small
 * tensor between A and B. Other rules factor or quantize the matrix itself.
 *
 * <pre>
 * X = Variable [m,n]                 X = Variable [m,n]
 * X.out = MatMul(x, X)       ->      X.lora.a = Variable [m,r]
 *                                    X.lora.b = Variable [r,n]
 *                                    X.out.base = MatMul(x, X)
 *                                    X.out.lora.a = MatMul(x, X.lora.a)
 *                                    X.out.lora.scaled = Mul(X.out.lora.a, scale)
 *                                    X.out.lora = MatMul(X.out.lora.scaled, X.lora.b)
 *                                    X.out = AddV2(X.out.base, X.out.lora)
 * </pre>
 *
 * <p>A decomposed adapter (DoRA, Liu et al., arXiv 2402.09353, equation 5) also gives each column of the adapted matrix a
 * trained length. Column j of the adapted matrix is {@code w + s · A · b}, so its squared norm is {@code ‖w‖² + (2 · s ·
 * Aᵀw + s² · AᵀA · b) · b}. The norm of the frozen column is stored. The other terms need only a product of the matrix
 * with r rows, which works for codes and factors too. No gradient passes through the norm (section 4.3 of the paper).
 *
 * <pre>
 *                                    X.lora.magnitude = Variable [1,n]
 *                                    X.lora.norm = Variable [1,n]
 *                                    X.out.sum = AddV2(X.out.base, X.out.lora)
 *                                    X.out.along = MatMul(Transpose(X.lora.a), X)
 *                                    X.out.gram = MatMul(X.lora.a, X.lora.a) transpose_a
 *                                    X.out.norms = X.lora.norm² + Σ (2·s·X.out.along + s²·X.out.gram · B) · B
 *                                    X.out.inverse = StopGradient(Rsqrt(X.out.norms))
 *                                    X.out.length = Mul(X.lora.magnitude, X.out.inverse)
 *                                    X.out = Mul(X.out.sum, X.out.length)
 * </pre>
 *
 * @param weight the matrix
 * @param adapter the adapter
 */
public record AdaptMatMul(Weight weight, Adapter adapter) implements Rule {

    private static final String BASE = ".base";
    private static final String ALONG = ".along";

    /** Keeps a column of 0 from becoming infinite. */
    private static final float TINY = 1e-30f;

    @Override
    public Pattern<Node> pattern() {
        return MatrixUses.matmul(weight.name()).where("no adapter beside it yet", node -> !adapted(node));
    }

    private static boolean adapted(Node node) {
        return (node.name().endsWith(BASE)
                        && node.uses().stream().anyMatch(use -> use.node().is("AddV2")))
                || (node.name().endsWith(ALONG)
                        && node.uses().stream().anyMatch(use -> use.node().is("Mul")));
    }

    @Override
    public Verdict judge(Node site, Captures met) {
        return MatrixUses.refuseMatMul(site)
                .or(() -> refuseTransposed(site))
                .<Verdict>map(refusal -> refusal)
                .orElseGet(() -> beside(site));
    }

    private Optional<Refusal> refuseTransposed(Node site) {
        return site.flag("transpose_b")
                ? Optional.of(new Refusal(site.name() + " multiplies with the transposed " + weight.name()
                        + "; adapters are supported only for x · W"))
                : Optional.empty();
    }

    private Incision beside(Node site) {
        GraphBuilder builder = GraphBuilder.graph();
        Ops ops = new Ops(builder);
        String name = site.name();
        int rank = adapter.rank();
        Value x = MatrixUses.rowsInto(site, weight.rows());
        Value matrix = MatrixUses.input(site, 1, TensorType.of(DataType.DT_FLOAT, weight.rows(), weight.columns()));
        Value base = ops.matmul(name + BASE, x, false, matrix, false);
        Value a = builder.variable(weight.adapterA(), TensorType.of(DataType.DT_FLOAT, weight.rows(), rank));
        Value b = builder.variable(weight.adapterB(), TensorType.of(DataType.DT_FLOAT, rank, weight.columns()));
        Value narrow = ops.matmul(name + ".lora.a", x, false, a, false);
        Value scale = ops.constant(name + ".lora.scale", (float) adapter.scale());
        Value scaled = ops.mul(name + ".lora.scaled", narrow, scale);
        Value update = ops.matmul(name + ".lora", scaled, false, b, false);
        if (adapter.decomposed()) {
            Value sum = ops.add(name + ".sum", base, update);
            ops.mul(name, sum, length(ops, name, matrix, a, b));
        } else {
            ops.add(name, base, update);
        }
        return Incision.of(site, builder);
    }

    /** The trained length of each column divided by its norm, {@code [1, n]}. */
    private Value length(Ops ops, String name, Value matrix, Value a, Value b) {
        TensorType row = TensorType.of(DataType.DT_FLOAT, 1, weight.columns());
        Value magnitude = ops.sketch().variable(weight.magnitude(), row);
        Value frozen = ops.sketch().variable(weight.frozenNorm(), row);
        double scale = adapter.scale();
        Value rows = ops.transpose(name + ".rows", a, ops.ints(name + ".rows.order", 1, 0), 1, 0);
        Value along = ops.matmul(name + ALONG, rows, false, matrix, false);
        Value twice = ops.mul(name + ".twice", along, ops.constant(name + ".twice.scale", (float) (2 * scale)));
        Value gram = ops.matmul(name + ".gram", a, true, a, false);
        Value own = ops.mul(
                name + ".own",
                ops.matmul(name + ".gram.b", gram, false, b, false),
                ops.constant(name + ".own.scale", (float) (scale * scale)));
        Value terms = ops.mul(name + ".terms", ops.add(name + ".slope", twice, own), b);
        Value more = ops.reduce(name + ".more", "Sum", terms, ops.ints(name + ".more.axis", 0), true, row.dims());
        Value squares = ops.add(name + ".norms", ops.unary(name + ".frozen", "Square", frozen), more);
        Value positive =
                ops.binary(name + ".positive", "Maximum", squares, ops.constant(name + ".positive.least", TINY));
        Value inverse = ops.unary(name + ".inverse", "StopGradient", ops.unary(name + ".rsqrt", "Rsqrt", positive));
        return ops.mul(name + ".length", magnitude, inverse);
    }

    @Override
    public String toString() {
        return "put " + adapter + " beside " + weight.name();
    }
}
