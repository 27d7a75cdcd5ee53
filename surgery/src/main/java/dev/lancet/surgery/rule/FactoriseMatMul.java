package dev.lancet.surgery.rule;

import dev.lancet.dsl.Weight;
import dev.lancet.surgery.graph.Form;
import dev.lancet.surgery.graph.Node;
import dev.lancet.surgery.graph.Ops;
import dev.lancet.surgery.graph.Sketch;
import dev.lancet.surgery.graph.Value;
import dev.lancet.surgery.match.Captures;
import dev.lancet.surgery.match.Pattern;
import org.tensorflow.proto.DataType;

/**
 * One product becomes two narrower ones, {@code W ≈ left · right} (FinGPT-HPC, arXiv 2402.13533, section 3).
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
 * @param weight the matrix
 * @param rank the inner width r
 */
public record FactoriseMatMul(Weight weight, int rank) implements Rule {

    @Override
    public Pattern<Node> pattern() {
        return Sites.matmul(weight.name());
    }

    @Override
    public Verdict judge(Node site, Captures met) {
        return Sites.refuseMatMul(site).<Verdict>map(refusal -> refusal).orElseGet(() -> cut(site));
    }

    private Incision cut(Node site) {
        Sketch sketch = Sketch.graph();
        Ops ops = new Ops(sketch);
        Value left = sketch.variable(weight.left(), Form.of(DataType.DT_FLOAT, weight.rows(), rank));
        Value right = sketch.variable(weight.right(), Form.of(DataType.DT_FLOAT, rank, weight.columns()));
        if (site.flag("transpose_b")) {
            Value x = Sites.rowsInto(site, weight.columns());
            Value narrow = ops.matmul(site.name() + ".right", x, false, right, true);
            ops.matmul(site.name(), narrow, false, left, true);
        } else {
            Value x = Sites.rowsInto(site, weight.rows());
            Value narrow = ops.matmul(site.name() + ".left", x, false, left, false);
            ops.matmul(site.name(), narrow, false, right, false);
        }
        return Incision.of(site, sketch);
    }

    @Override
    public String toString() {
        return "factorise " + weight.name() + " to rank " + rank;
    }
}
