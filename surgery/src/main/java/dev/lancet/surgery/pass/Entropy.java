package dev.lancet.surgery.pass;

import dev.lancet.surgery.graph.Form;
import dev.lancet.surgery.graph.Node;
import dev.lancet.surgery.graph.Ops;
import dev.lancet.surgery.graph.Sketch;
import dev.lancet.surgery.graph.Value;
import dev.lancet.surgery.match.Captures;
import dev.lancet.surgery.match.Pattern;
import dev.lancet.surgery.rule.Incision;
import dev.lancet.surgery.rule.Refusal;
import dev.lancet.surgery.rule.Rule;
import dev.lancet.surgery.rule.Verdict;
import java.util.List;
import java.util.Optional;
import org.tensorflow.proto.DataType;

/**
 * Cross entropy and its gradient out of one softmax, which the machine's matrix library has, where TensorFlow's own operator
 * goes over the logits six times.
 *
 * <pre>
 * entropy, slope = SparseSoftmaxCrossEntropyWithLogits(x, labels)     entropy.shares = Softmax(x)
 *                                                               -&gt;    entropy.label  = GatherV2(entropy.shares, labels)
 *                                                                     entropy        = &#64;entropy.loss(entropy.label)
 * entropy.back.0 = Mul(slope, column)                                 entropy.back.0 = &#64;entropy.slope(entropy.shares, labels, column)
 * </pre>
 *
 * The gradient is exact; the loss of a label whose probability is under 2⁻¹²⁶ is told as 87.3 nats.
 */
final class Entropy {

    private static final String OP = "SparseSoftmaxCrossEntropyWithLogits";
    private static final DataType FLOAT = DataType.DT_FLOAT;
    /** Not less than the least normal float32: where subnormal numbers are taken for 0 its logarithm would be none. */
    private static final float LEAST = 0x1p-126f;

    private static final Block LOSS = new Block(
            "entropy.loss",
            List.of("share"),
            (ops, in) -> ops.unary(
                    "loss",
                    "Neg",
                    ops.unary(
                            "log", "Log", ops.binary("possible", "Maximum", in.get(0), ops.constant("least", LEAST)))));
    private static final Block SLOPE =
            new Block("entropy.slope", List.of("shares", "labels", "column"), Entropy::slope);

    private Entropy() {}

    /** The rules, which go together. */
    static Rule[] rules() {
        return new Rule[] {new Loss(), new Slope()};
    }

    private static Value slope(Ops ops, List<Value> in) {
        Value shares = in.get(0);
        Value hot = ops.sketch()
                .node("hot", "OneHot")
                .in(
                        in.get(1),
                        ops.constant("depth", (int) shares.dim(1)),
                        ops.constant("on", 1f),
                        ops.constant("off", 0f))
                .with("T", FLOAT)
                .with("TI", in.get(1).type())
                .with("axis", -1)
                .gives(shares.form());
        return ops.mul("slope", ops.sub("missed", shares, hot), in.get(2));
    }

    /** Why an operator must stay, if so: something other than the one product takes its gradient. */
    private static Optional<Refusal> refusal(Node entropy) {
        boolean plain = entropy.uses().stream()
                .filter(use -> use.taken().port() == 1)
                .allMatch(use -> use.node().is("Mul") && use.input() == 0);
        return plain ? Optional.empty() : Optional.of(new Refusal(entropy.name() + ": its gradient is used otherwise"));
    }

    private static Value shares(Node entropy) {
        return new Value(
                entropy.name() + ".shares",
                "Softmax",
                0,
                Places.taken(entropy, 0, FLOAT).form());
    }

    /** The loss. */
    private record Loss() implements Rule {
        @Override
        public Pattern<Node> pattern() {
            return Pattern.of(OP, node -> node.is(OP));
        }

        @Override
        public Verdict judge(Node site, Captures met) {
            return refusal(site).<Verdict>map(no -> no).orElseGet(() -> loss(site));
        }

        private static Incision loss(Node site) {
            Sketch sketch = Sketch.graph();
            Ops ops = new Ops(sketch);
            Value shares = ops.softmax(site.name() + ".shares", Places.taken(site, 0, FLOAT));
            Value labels = Places.taken(site, 1, site.type("Tlabels"));
            Value label = sketch.node(site.name() + ".label", "GatherV2")
                    .in(shares, labels, ops.constant(site.name() + ".label.axis", 1))
                    .with("Tparams", FLOAT)
                    .with("Tindices", labels.type())
                    .with("Taxis", DataType.DT_INT32)
                    .with("batch_dims", 1)
                    .gives(new Form(FLOAT, labels.dims()));
            LOSS.call(sketch, site.name(), List.of(label), FLOAT);
            return Incision.of(site, sketch);
        }

        @Override
        public String toString() {
            return "entropy loss";
        }
    }

    /** Its gradient. */
    private record Slope() implements Rule {
        @Override
        public Pattern<Node> pattern() {
            return Pattern.of(
                    "Mul of a gradient of " + OP,
                    node -> node.is("Mul")
                            && Places.from(node, 0, OP).isPresent()
                            && node.dataInputs().get(0).port() == 1);
        }

        @Override
        public Verdict judge(Node site, Captures met) {
            Node entropy = Places.from(site, 0, OP).orElseThrow();
            return refusal(entropy).<Verdict>map(no -> no).orElseGet(() -> {
                Sketch sketch = Sketch.graph();
                Value labels = Places.taken(entropy, 1, entropy.type("Tlabels"));
                SLOPE.call(sketch, site.name(), List.of(shares(entropy), labels, Places.taken(site, 1, FLOAT)), FLOAT);
                return Incision.of(site, sketch);
            });
        }

        @Override
        public String toString() {
            return "entropy slope";
        }
    }
}
