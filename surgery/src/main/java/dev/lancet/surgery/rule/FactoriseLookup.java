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
 * Rows of a wide table become rows of a narrow one, widened by a product.
 *
 * <pre>
 * X = Variable [m,n]                      X.left = Variable [m,r]
 * y = GatherV2(X, ids, axis)      ->      X.right = Variable [r,n]
 *                                         y.left = GatherV2(X.left, ids, axis)
 *                                         y = MatMul(y.left, X.right)
 * </pre>
 *
 * Ids that are no list are made one first, and the rows get the shape {@code [ids..., n]} again at the end.
 *
 * @param weight the table
 * @param rank the inner width r
 */
public record FactoriseLookup(Weight weight, int rank) implements Rule {

    @Override
    public Pattern<Node> pattern() {
        return Sites.lookup(weight.name());
    }

    @Override
    public Verdict judge(Node site, Captures met) {
        return Sites.refuseLookup(site).<Verdict>map(refusal -> refusal).orElseGet(() -> cut(site));
    }

    private Incision cut(Node site) {
        Sketch sketch = Sketch.graph();
        Value left = sketch.variable(weight.left(), Form.of(DataType.DT_FLOAT, weight.rows(), rank));
        Value right = sketch.variable(weight.right(), Form.of(DataType.DT_FLOAT, rank, weight.columns()));
        Lookup lookup = new Lookup(site, sketch, weight.columns());
        Value narrow = lookup.gather(site.name() + ".left", left, lookup.list());
        lookup.shaped(new Ops(sketch).matmul(lookup.matrix(), narrow, false, right, false));
        return Incision.of(site, sketch);
    }

    @Override
    public String toString() {
        return "factorise " + weight.name() + " to rank " + rank;
    }
}
