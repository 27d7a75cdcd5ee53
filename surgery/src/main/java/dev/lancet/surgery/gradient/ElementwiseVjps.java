package dev.lancet.surgery.gradient;

import dev.lancet.surgery.graph.Value;
import java.util.Map;

/**
 * Element-wise functions of one argument. Where the derivative is simpler in terms of the output, it is computed from the
 * output.
 */
final class ElementwiseVjps {

    private static final double TWO_OVER_ROOT_PI = 2 / Math.sqrt(Math.PI);

    static final Map<String, Vjp> VJPS = Map.ofEntries(
            Map.entry("Neg", context -> context.give(0, context.builder().op("0", "Neg", context.gradient()))),
            Map.entry("Square", ElementwiseVjps::square),
            Map.entry("Sqrt", fused("SqrtGrad")),
            Map.entry("Rsqrt", fused("RsqrtGrad")),
            Map.entry("Reciprocal", fused("ReciprocalGrad")),
            Map.entry("Tanh", fused("TanhGrad")),
            Map.entry("Sigmoid", fused("SigmoidGrad")),
            Map.entry(
                    "Exp",
                    context -> context.give(0, context.builder().times("0", context.gradient(), context.output(0)))),
            Map.entry(
                    "Log",
                    context -> context.give(
                            0, context.builder().op("0", "RealDiv", context.gradient(), context.input(0)))),
            Map.entry("Erf", ElementwiseVjps::erf),
            Map.entry(
                    "Relu",
                    context -> context.give(
                            0, context.builder().op("0", "ReluGrad", context.gradient(), context.input(0)))));

    private ElementwiseVjps() {}

    /** TensorFlow's own gradient kernel of an activation: a function of (output, gradient). */
    private static Vjp fused(String op) {
        return context -> context.give(0, context.builder().op("0", op, context.output(0), context.gradient()));
    }

    private static void square(VjpContext context) {
        Value twice = context.builder().times("twice", context.input(0), 2);
        context.give(0, context.builder().times("0", context.gradient(), twice));
    }

    /** d erf(x) = 2/√π · exp(−x²) dx. */
    private static void erf(VjpContext context) {
        GradientNodeBuilder builder = context.builder();
        Value square = builder.op("square", "Square", context.input(0));
        Value bell = builder.op("bell", "Exp", builder.op("minus", "Neg", square));
        context.give(0, builder.times("0", context.gradient(), builder.times("slope", bell, TWO_OVER_ROOT_PI)));
    }
}
