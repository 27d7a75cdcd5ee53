package dev.lancet.surgery.pass;

import dev.lancet.surgery.graph.GraphBuilder;
import dev.lancet.surgery.graph.Node;
import dev.lancet.surgery.graph.Ops;
import dev.lancet.surgery.graph.TensorType;
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
 * Computes cross entropy and its gradient from one softmax, a kernel of the matrix library oneDNN. TensorFlow's own
 * operator passes over the logits six times.
 *
 * <pre>
 * entropy, slope = SparseSoftmaxCrossEntropyWithLogits(x, labels)
 * entropy.back.0 = Mul(slope, column)
 *
 * becomes
 *
 * entropy.probabilities = Softmax(x)
 * entropy.label         = GatherV2(entropy.probabilities, labels)
 * entropy               = &#64;cross_entropy.loss(entropy.label)
 * entropy.back.0.missed = InplaceSub(entropy.probabilities, labels, 1)
 * entropy.back.0        = Mul(entropy.back.0.missed, column)
 * </pre>
 *
 * Both operators of the gradient write into the array that they read, as Softmax does. So there is one array of the size
 * of the logits, where a compiled function would need a second at the memory peak of a step. XLA does not support writing
 * in place and does not need it; if it compiles a whole step, it gets a {@code TensorScatterSub}. The gradient is exact;
 * the loss of a label with a probability below 2⁻¹²⁶ is reported as 87.3 nats.
 */
final class FusedCrossEntropy {

    private static final String OP = "SparseSoftmaxCrossEntropyWithLogits";
    private static final DataType FLOAT = DataType.DT_FLOAT;
    /**
     * The smallest normal float32: on processors that treat subnormal numbers as 0, the logarithm of a smaller value
     * would be infinite.
     */
    private static final float LEAST = 0x1p-126f;

    private static final Float32Function LOSS = new Float32Function(
            "cross_entropy.loss",
            List.of("probability"),
            (ops, in) -> ops.unary(
                    "loss",
                    "Neg",
                    ops.unary(
                            "log", "Log", ops.binary("possible", "Maximum", in.get(0), ops.constant("least", LEAST)))));

    private FusedCrossEntropy() {}

    /**
     * The rules, which must be applied together.
     *
     * @param whole whether XLA compiles the whole step
     */
    static Rule[] rules(boolean whole) {
        return new Rule[] {new Loss(), new Slope(whole)};
    }

    /**
     * The reason why an operator must stay, or empty: another node than the one product uses its gradient, or its labels
     * are not int32.
     */
    private static Optional<Refusal> refusal(Node entropy) {
        if (entropy.type("Tlabels") != DataType.DT_INT32) {
            return Optional.of(new Refusal(entropy.name() + ": its labels are not int32"));
        }
        boolean plain = entropy.uses().stream()
                .filter(use -> use.taken().port() == 1)
                .allMatch(use -> use.node().is("Mul") && use.input() == 0);
        return plain ? Optional.empty() : Optional.of(new Refusal(entropy.name() + ": other nodes use its gradient"));
    }

    private static Value shares(Node entropy) {
        return new Value(
                entropy.name() + ".probabilities",
                0,
                NodeQueries.taken(entropy, 0, FLOAT).form());
    }

    /** Replaces the loss. */
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
            GraphBuilder builder = GraphBuilder.graph();
            Ops ops = new Ops(builder);
            Value shares = ops.softmax(site.name() + ".probabilities", NodeQueries.taken(site, 0, FLOAT));
            Value labels = NodeQueries.taken(site, 1, site.type("Tlabels"));
            Value label = builder.node(site.name() + ".label", "GatherV2")
                    .in(shares, labels, ops.constant(site.name() + ".label.axis", 1))
                    .with("Tparams", FLOAT)
                    .with("Tindices", labels.type())
                    .with("Taxis", DataType.DT_INT32)
                    .with("batch_dims", 1)
                    .gives(new TensorType(FLOAT, labels.dims()));
            LOSS.call(builder, site.name(), List.of(label), FLOAT);
            return Incision.of(site, builder);
        }

        @Override
        public String toString() {
            return "cross entropy: loss";
        }
    }

    /** Replaces the gradient. */
    private record Slope(boolean whole) implements Rule {
        @Override
        public Pattern<Node> pattern() {
            return Pattern.of(
                    "Mul of a gradient of " + OP,
                    node -> node.is("Mul")
                            && NodeQueries.from(node, 0, OP).isPresent()
                            && node.dataInputs().get(0).port() == 1);
        }

        @Override
        public Verdict judge(Node site, Captures met) {
            Node entropy = NodeQueries.from(site, 0, OP).orElseThrow();
            return refusal(entropy).<Verdict>map(no -> no).orElseGet(() -> {
                GraphBuilder builder = GraphBuilder.graph();
                Ops ops = new Ops(builder);
                ops.mul(site.name(), minusLabels(ops, site.name(), entropy), NodeQueries.taken(site, 1, FLOAT));
                return Incision.of(site, builder);
            });
        }

        /** The probabilities minus 1 at the labels, computed after the loss has read the probabilities. */
        private Value minusLabels(Ops ops, String name, Node entropy) {
            Value shares = shares(entropy);
            Value labels = NodeQueries.taken(entropy, 1, DataType.DT_INT32);
            int rows = (int) shares.dim(0);
            Value ones = ops.sketch()
                    .node(name + ".ones", "Fill")
                    .in(ops.ints(name + ".ones.shape", rows), ops.constant(name + ".one", 1f))
                    .with("T", FLOAT)
                    .with("index_type", DataType.DT_INT32)
                    .gives(TensorType.of(FLOAT, rows));
            // Indices into the flattened probabilities must fit int32.
            boolean inPlace = !whole && rows * shares.dim(1) <= Integer.MAX_VALUE;
            return inPlace
                    ? inPlace(ops, name, shares, labels, ones, entropy.name() + ".label")
                    : scattered(ops, name, shares, labels, ones, entropy.name() + ".label");
        }

        private static Value inPlace(Ops ops, String name, Value shares, Value labels, Value ones, String seen) {
            int rows = (int) shares.dim(0);
            int classes = (int) shares.dim(1);
            int all = rows * classes;
            Value row = row(ops, name, all, classes, rows);
            Value line = ops.reshape(name + ".line", shares, ops.ints(name + ".line.shape", all), List.of((long) all));
            Value minusLabels = ops.sketch()
                    .node(name + ".missed", "InplaceSub")
                    .in(line, ops.add(name + ".places", row, labels), ones)
                    .after(seen)
                    .with("T", FLOAT)
                    .gives(line.form());
            return ops.reshape(
                    name + ".rows", minusLabels, ops.ints(name + ".rows.shape", rows, classes), shares.dims());
        }

        private static Value scattered(Ops ops, String name, Value shares, Value labels, Value ones, String seen) {
            int rows = (int) shares.dim(0);
            Value places = ops.sketch()
                    .node(name + ".places", "Pack")
                    .in(row(ops, name, rows, 1, rows), labels)
                    .with("N", 2)
                    .with("T", DataType.DT_INT32)
                    .with("axis", 1)
                    .gives(TensorType.of(DataType.DT_INT32, rows, 2));
            return ops.sketch()
                    .node(name + ".missed", "TensorScatterSub")
                    .in(shares, places, ones)
                    .after(seen)
                    .with("T", FLOAT)
                    .with("Tindices", DataType.DT_INT32)
                    .gives(shares.form());
        }

        /** The numbers from 0 up to an end in steps. */
        private static Value row(Ops ops, String name, int end, int step, int count) {
            return ops.sketch()
                    .node(name + ".row", "Range")
                    .in(
                            ops.constant(name + ".row.first", 0),
                            ops.constant(name + ".row.end", end),
                            ops.constant(name + ".row.step", step))
                    .with("Tidx", DataType.DT_INT32)
                    .gives(TensorType.of(DataType.DT_INT32, count));
        }

        @Override
        public String toString() {
            return "cross entropy: gradient";
        }
    }
}
