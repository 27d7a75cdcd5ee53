package dev.lancet.surgery.rule;

import dev.lancet.surgery.graph.GraphBuilder;
import dev.lancet.surgery.graph.Node;
import dev.lancet.surgery.graph.Ops;
import dev.lancet.surgery.graph.TensorType;
import dev.lancet.surgery.graph.Value;
import dev.lancet.surgery.match.Captures;
import dev.lancet.surgery.match.Pattern;
import org.tensorflow.proto.DataType;

/**
 * The complementary error function, of which TensorFlow has no gradient, as what it is by definition,
 * {@code erfc(x) = 1 − erf(x)}. Keras 3 draws GELU with it.
 *
 * <pre>
 * y = Erfc(x)      ->      y.erf = Erf(x)
 *                          y.one = Const 1
 *                          y = Sub(y.one, y.erf)
 * </pre>
 *
 * Equal within 5e-7 absolute in float32; where erfc is nearly 0, its relative accuracy is lost.
 */
public record ErfcAsErf() implements Rule {

    @Override
    public Pattern<Node> pattern() {
        return Pattern.of("Erfc", node -> node.is("Erfc"));
    }

    @Override
    public Verdict judge(Node site, Captures met) {
        if (site.type("T") != DataType.DT_FLOAT) {
            return new Refusal(site.name() + " computes in another type than float; only Erfc of floats is rewritten");
        }
        GraphBuilder builder = GraphBuilder.graph();
        Ops ops = new Ops(builder);
        Value x = MatrixUses.input(site, 0, TensorType.of(DataType.DT_FLOAT, -1));
        Value erf = ops.unary(site.name() + ".erf", "Erf", x);
        ops.sub(site.name(), ops.constant(site.name() + ".one", 1f), erf);
        return Incision.of(site, builder);
    }

    @Override
    public String toString() {
        return "Erfc(x) as 1 - Erf(x)";
    }
}
