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
 * @param weight the matrix
 * @param adapter the adapter
 */
public record AdaptMatMul(Weight weight, Adapter adapter) implements Rule {

    private static final String BASE = ".base";

    @Override
    public Pattern<Node> pattern() {
        return MatrixUses.matmul(weight.name()).where("no adapter beside it yet", node -> !adapted(node));
    }

    private static boolean adapted(Node node) {
        return node.name().endsWith(BASE)
                && node.uses().stream().anyMatch(use -> use.node().is("AddV2"));
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
        ops.add(name, base, ops.matmul(name + ".lora", scaled, false, b, false));
        return Incision.of(site, builder);
    }

    @Override
    public String toString() {
        return "put " + adapter + " beside " + weight.name();
    }
}
