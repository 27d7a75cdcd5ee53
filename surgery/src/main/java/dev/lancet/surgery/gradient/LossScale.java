package dev.lancet.surgery.gradient;

import dev.lancet.surgery.graph.Attributes;
import dev.lancet.surgery.graph.Value;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.GraphDef;

/**
 * Loss scaling (Micikevicius et al., arXiv 1710.03740, section 3.2): multiplies the loss by a number fed at each step, so
 * that float16 gradients do not underflow. {@link OptimizerStep} divides the gradients by that number again; if a
 * gradient is not finite, the step changes nothing. All additional nodes are scalars, except the product that clipping
 * needs anyway:
 *
 * <pre>
 * loss.scaled = Mul(loss, loss.scale)                    the scaled loss is differentiated
 * step.sound  = IsFinite(grad.norm)                      grad.norm is the norm of the unscaled gradients
 * rate.sound  = rate, or 0                               no decay, no update
 * beta1.sound = beta1, or 1                              moments unchanged; likewise beta2 and the momentum of Muon
 * X.grad.clipped = MulNoNan(X.grad, clip / scale, or 0)  nothing is added, whatever X.grad is
 * </pre>
 *
 * Fed: {@code loss.scale}, a float32 scalar; a power of two, so that scaling does not round.
 */
public final class LossScale {

    /** The placeholder of the scale. */
    public static final String FED = "loss.scale";

    /** The scaled loss, which is differentiated instead of the loss. */
    public static final String SCALED = "loss.scaled";

    private static final DataType FLOAT = DataType.DT_FLOAT;

    private final GradientNodeBuilder builder;
    private final Value unscale;

    private LossScale(GradientNodeBuilder builder, Value unscale) {
        this.builder = builder;
        this.unscale = unscale;
    }

    /** A forward graph in which {@link #SCALED} can be differentiated instead of {@code loss}. */
    public static GraphDef on(GraphDef graph) {
        MutableGraph region = MutableGraph.of(graph);
        GradientNodeBuilder builder = new GradientNodeBuilder(region, "");
        builder.times(SCALED, region.value("loss"), builder.placeholder(FED));
        return graph.toBuilder().clearNode().addAllNode(region.nodes()).build();
    }

    /** The loss scale of a graph, or empty if its loss is not scaled. */
    static Optional<LossScale> in(MutableGraph graph, GradientNodeBuilder builder) {
        return graph.has(FED)
                ? Optional.of(new LossScale(builder, builder.op("loss.unscale", "Reciprocal", graph.value(FED))))
                : Optional.empty();
    }

    /** The norm of the unscaled gradients, from the norm of the scaled ones. */
    Value norm(Value scaled) {
        return builder.times("grad.norm", scaled, unscale);
    }

    /** The factor for every gradient: it undoes the scale and applies clipping; 0 if the step is not finite. */
    Value factor(Value sound, List<Value> clips) {
        Value factor = unscale;
        for (Value clip : clips) {
            factor = builder.times("grad.share", factor, clip);
        }
        return either(builder, "grad.factor", sound, factor, 0);
    }

    /** {@code usual} if all gradients are finite, {@code harmless} otherwise. */
    static Value either(GradientNodeBuilder builder, String word, Value sound, Value usual, double harmless) {
        Value instead = builder.number(word + ".instead", FLOAT, harmless);
        return builder.put(word, "SelectV2", List.of(sound, usual, instead), Map.of("T", Attributes.of(FLOAT)));
    }
}
