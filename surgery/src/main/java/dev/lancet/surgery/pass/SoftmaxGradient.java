package dev.lancet.surgery.pass;

import dev.lancet.surgery.graph.GraphBuilder;
import dev.lancet.surgery.graph.Node;
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
 * Computes the gradient of masked softmax in one pass over the scores. Let P be the attention probabilities, O = P · V
 * and dP = dO · Vᵀ. The sum that the softmax gradient subtracts in each row is {@code Σ dP∘P = Σ dO∘O} (FlashAttention,
 * arXiv 2205.14135, appendix B.4): a sum over the width of a head instead of all positions. Where a score is masked, its
 * probability is 0, so its gradient is 0 without another mask.
 *
 * <pre>
 * weighted = Mul(dP, P)                            delta       = &#64;attention.delta(dO, O)
 * mean     = Sum(weighted, -1)                     masked.back = &#64;attention.softmax_gradient(P, dP, delta)
 * centred  = Sub(dP, mean)                   ->
 * slope    = Mul(centred, P)
 * masked.back = &#64;mask.backward.scores(slope, attention_mask)
 * </pre>
 *
 * The functions compute in float32 whatever the type of their arguments, and return that type.
 */
final class SoftmaxGradient implements Rule {

    private static final java.util.regex.Pattern MASK =
            java.util.regex.Pattern.compile("mask(|\\.tile\\.\\d+)\\.backward.*");
    private static final Float32Function DELTA = new Float32Function(
            "attention.delta",
            List.of("d_mix", "mix"),
            (ops, in) -> Float32Function.sumOfLast(ops, "sum", ops.mul("product", in.get(0), in.get(1))));

    @Override
    public Pattern<Node> pattern() {
        return Pattern.of(
                "derivative of a mask",
                node -> node.is("PartitionedCall")
                        && MASK.matcher(NodeQueries.called(node)).matches());
    }

    @Override
    public Verdict judge(Node site, Captures met) {
        Optional<Node> slope = first(site, "Mul");
        Optional<Node> shares = slope.flatMap(node -> NodeQueries.from(node, 1, "Softmax"));
        Optional<Node> gradient = slope.flatMap(node -> NodeQueries.from(node, 0, "Sub"))
                .flatMap(centred -> NodeQueries.from(centred, 0, "BatchMatMulV2"))
                .filter(node -> node.flag("adj_y") && !node.flag("adj_x"));
        if (shares.isEmpty() || gradient.isEmpty()) {
            return new Refusal(site.name() + " is not the mask gradient of an attention softmax");
        }
        Optional<Node> mix = shares.orElseThrow().uses().stream()
                .map(Node.Use::node)
                .filter(node -> node.is("BatchMatMulV2") && !node.flag("adj_x") && !node.flag("adj_y"))
                .filter(node -> node.dataInputs()
                        .get(1)
                        .equals(gradient.orElseThrow().dataInputs().get(1)))
                .findFirst();
        return mix.<Verdict>map(node -> slope(site, shares.orElseThrow(), gradient.orElseThrow(), node))
                .orElseGet(() -> new Refusal(site.name() + ": no product uses its attention probabilities"));
    }

    private static Optional<Node> first(Node site, String op) {
        for (int input = 0; input < site.dataInputs().size(); input++) {
            Optional<Node> found = NodeQueries.from(site, input, op);
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    private static Incision slope(Node site, Node shares, Node gradient, Node mix) {
        DataType type = shares.type("T");
        GraphBuilder builder = GraphBuilder.graph();
        List<Value> mixed = List.of(NodeQueries.taken(gradient, 0, type), NodeQueries.value(mix, 0, type));
        Value delta = DELTA.call(builder, mix.name() + ".back.delta", mixed, DataType.DT_FLOAT);
        slope(NodeQueries.called(site))
                .call(
                        builder,
                        site.name(),
                        List.of(NodeQueries.value(shares, 0, type), NodeQueries.value(gradient, 0, type), delta),
                        type);
        return Incision.of(site, builder);
    }

    /** The function for the derivative of a mask; tiles have different shapes, so each has its own. */
    private static Float32Function slope(String mask) {
        return new Float32Function(
                MASK.matcher(mask).replaceFirst("attention.softmax_gradient$1"),
                List.of("probabilities", "d_probabilities", "delta"),
                (ops, in) -> ops.mul("gradient", in.get(0), ops.sub("centred", in.get(1), in.get(2))));
    }

    @Override
    public String toString() {
        return "softmax gradient";
    }
}
