package dev.lancet.surgery.rule;

import dev.lancet.dsl.Weight;
import dev.lancet.surgery.graph.GraphBuilder;
import dev.lancet.surgery.graph.Node;
import dev.lancet.surgery.graph.Ops;
import dev.lancet.surgery.graph.TensorType;
import dev.lancet.surgery.graph.Value;
import dev.lancet.surgery.match.Captures;
import dev.lancet.surgery.match.Pattern;
import org.tensorflow.proto.DataType;

/**
 * Looks up rows of a narrow table and widens them by a product, instead of looking up rows of a wide table.
 *
 * <pre>
 * X = Variable [m,n]                      X.left = Variable [m,r]
 * y = GatherV2(X, ids, axis)      ->      X.right = Variable [r,n]
 *                                         y.left = GatherV2(X.left, ids, axis)
 *                                         y = MatMul(y.left, X.right)
 * </pre>
 *
 * Ids with more than one dimension are flattened to a list first; at the end the rows get the shape {@code [ids..., n]}
 * again.
 *
 * @param weight the table
 * @param rank the inner width r
 */
public record FactoriseLookup(Weight weight, int rank) implements Rule {

    @Override
    public Pattern<Node> pattern() {
        return MatrixUses.lookup(weight.name());
    }

    @Override
    public Verdict judge(Node site, Captures met) {
        return MatrixUses.refuseLookup(site).<Verdict>map(refusal -> refusal).orElseGet(() -> cut(site));
    }

    private Incision cut(Node site) {
        GraphBuilder builder = GraphBuilder.graph();
        Value left = builder.variable(weight.left(), TensorType.of(DataType.DT_FLOAT, weight.rows(), rank));
        Value right = builder.variable(weight.right(), TensorType.of(DataType.DT_FLOAT, rank, weight.columns()));
        LookupFrame lookup = new LookupFrame(site, builder, weight.columns());
        Value narrow = lookup.gather(site.name() + ".left", left, lookup.list());
        lookup.shaped(new Ops(builder).matmul(lookup.matrix(), narrow, false, right, false));
        return Incision.of(site, builder);
    }

    @Override
    public String toString() {
        return "factorise " + weight.name() + " to rank " + rank;
    }
}
