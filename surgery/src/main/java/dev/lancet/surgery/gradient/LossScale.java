package dev.lancet.surgery.gradient;

import dev.lancet.surgery.graph.Attributes;
import dev.lancet.surgery.graph.Value;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.GraphDef;

/**
 * The loss times a number that is fed each step, so that gradients in float16 do not vanish (Micikevicius et al., arXiv
 * 1710.03740, section 3.2), and what {@link OptimizerStep} makes of such gradients: they are divided by it again, and where one is
 * not finite the step changes nothing. All nodes of that are scalars, but the product that clipping needs anyway:
 *
 * <pre>
 * loss.scaled = Mul(loss, loss.scale)                    what is differentiated
 * step.sound  = IsFinite(grad.norm)                      grad.norm is that of the gradients of the loss itself
 * rate.sound  = rate, or 0                               no decay, no move
 * beta1.sound = beta1, or 1                              nothing is forgotten; so with beta2, and the momentum of Muon
 * X.grad.clipped = MulNoNan(X.grad, clip / scale, or 0)  nothing is added, whatever X.grad is
 * </pre>
 *
 * Fed: {@code loss.scale}, a float32 scalar, a power of two so that nothing is rounded.
 */
public final class LossScale {

    /** The placeholder that is fed. */
    public static final String FED = "loss.scale";

    /** What is differentiated instead of the loss. */
    public static final String SCALED = "loss.scaled";

    private static final DataType FLOAT = DataType.DT_FLOAT;

    private final GradientNodeBuilder builder;
    private final Value share;

    private LossScale(GradientNodeBuilder builder, Value share) {
        this.builder = builder;
        this.share = share;
    }

    /** A forward graph whose {@code loss} can be differentiated as {@link #SCALED}. */
    public static GraphDef on(GraphDef graph) {
        MutableGraph region = MutableGraph.of(graph);
        GradientNodeBuilder builder = new GradientNodeBuilder(region, "");
        builder.times(SCALED, region.value("loss"), builder.placeholder(FED));
        return graph.toBuilder().clearNode().addAllNode(region.nodes()).build();
    }

    /** That of a graph, if its loss is scaled. */
    static Optional<LossScale> in(MutableGraph graph, GradientNodeBuilder builder) {
        return graph.has(FED)
                ? Optional.of(new LossScale(builder, builder.op("loss.unscale", "Reciprocal", graph.value(FED))))
                : Optional.empty();
    }

    /** The norm of the gradients of the loss itself, from that of what was differentiated. */
    Value norm(Value scaled) {
        return builder.times("grad.norm", scaled, share);
    }

    /** What every gradient is multiplied with: back to the loss, and to what clipping leaves of it, or nothing. */
    Value factor(Value sound, List<Value> clips) {
        Value factor = share;
        for (Value clip : clips) {
            factor = builder.times("grad.share", factor, clip);
        }
        return either(builder, "grad.factor", sound, factor, 0);
    }

    /** A number of a step that changes something, or of one that must not. */
    static Value either(GradientNodeBuilder builder, String word, Value sound, Value usual, double harmless) {
        Value instead = builder.number(word + ".instead", FLOAT, harmless);
        return builder.put(word, "SelectV2", List.of(sound, usual, instead), Map.of("T", Attributes.of(FLOAT)));
    }
}
