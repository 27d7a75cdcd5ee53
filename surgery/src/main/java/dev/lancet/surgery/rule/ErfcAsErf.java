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
 * Replaces the complementary error function, which has no gradient in TensorFlow, by its definition, {@code erfc(x) = 1 −
 * erf(x)}. Keras 3 builds GELU with it.
 *
 * <pre>
 * y = Erfc(x)      ->      y.erf = Erf(x)
 *                          y.one = Const 1
 *                          y = Sub(y.one, y.erf)
 * </pre>
 *
 * The results agree within 5e-7 absolute in float32; where erfc is nearly 0, relative accuracy is lost.
 */
public record ErfcAsErf() implements Rule {

    @Override
    public Pattern<Node> pattern() {
        return Pattern.of("Erfc", node -> node.is("Erfc"));
    }

    @Override
    public Verdict judge(Node site, Captures met) {
        if (site.type("T") != DataType.DT_FLOAT) {
            return new Refusal(site.name() + " does not compute in float; only Erfc of floats is rewritten");
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
