package dev.lancet.surgery.training;

import java.util.Map;

/** Functions of one number, element by element; where the output says more than the input, the slope is made of it. */
final class Curves {

    private static final double TWO_OVER_ROOT_PI = 2 / Math.sqrt(Math.PI);

    static final Map<String, Vjp> ROOM = Map.ofEntries(
            Map.entry("Neg", chain -> chain.give(0, chain.pen().op("0", "Neg", chain.gradient()))),
            Map.entry("Square", Curves::square),
            Map.entry("Sqrt", fused("SqrtGrad")),
            Map.entry("Rsqrt", fused("RsqrtGrad")),
            Map.entry("Reciprocal", fused("ReciprocalGrad")),
            Map.entry("Tanh", fused("TanhGrad")),
            Map.entry("Sigmoid", fused("SigmoidGrad")),
            Map.entry("Exp", chain -> chain.give(0, chain.pen().times("0", chain.gradient(), chain.output(0)))),
            Map.entry("Log", chain -> chain.give(0, chain.pen().op("0", "RealDiv", chain.gradient(), chain.input(0)))),
            Map.entry("Erf", Curves::erf),
            Map.entry(
                    "Relu", chain -> chain.give(0, chain.pen().op("0", "ReluGrad", chain.gradient(), chain.input(0)))));

    private Curves() {}

    /** TensorFlow's own kernel for the gradient of a curve: of (output, gradient). */
    private static Vjp fused(String op) {
        return chain -> chain.give(0, chain.pen().op("0", op, chain.output(0), chain.gradient()));
    }

    private static void square(Chain chain) {
        Tensor twice = chain.pen().times("twice", chain.input(0), 2);
        chain.give(0, chain.pen().times("0", chain.gradient(), twice));
    }

    /** d erf(x) = 2/√π · exp(−x²) dx. */
    private static void erf(Chain chain) {
        Pen pen = chain.pen();
        Tensor square = pen.op("square", "Square", chain.input(0));
        Tensor bell = pen.op("bell", "Exp", pen.op("minus", "Neg", square));
        chain.give(0, pen.times("0", chain.gradient(), pen.times("slope", bell, TWO_OVER_ROOT_PI)));
    }
}
