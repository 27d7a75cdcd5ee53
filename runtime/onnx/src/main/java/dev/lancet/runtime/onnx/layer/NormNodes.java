package dev.lancet.runtime.onnx.layer;

import dev.lancet.dsl.Norm;
import dev.lancet.runtime.onnx.graph.OnnxGraph;
import dev.lancet.runtime.onnx.graph.OnnxNode;
import java.util.function.UnaryOperator;

/**
 * Normalizations over the last axis.
 *
 * @param graph where the nodes go
 * @param vectors from the name of a gain or bias to the name of its array
 * @param portable whether to use standard operators only
 */
record NormNodes(OnnxGraph graph, UnaryOperator<String> vectors, boolean portable) {

    /** The norm of {@code x}, whose gain is {@code name.gain}. */
    String of(String name, String x, Norm norm) {
        float epsilon = (float) norm.epsilon();
        String gain = gain(name + ".gain", norm);
        if (norm.kind() == Norm.Kind.LAYER) {
            OnnxNode node = graph.node("LayerNormalization", name);
            return (norm.biased() ? node.in(x, gain, vectors.apply(name + ".bias")) : node.in(x, gain))
                    .with("axis", -1)
                    .with("epsilon", epsilon)
                    .out();
        }
        if (!portable) {
            // ONNX Runtime's own, although it lies in the domain of the standard.
            return graph.node("SimplifiedLayerNormalization", name)
                    .in(x, gain)
                    .with("axis", -1)
                    .with("epsilon", epsilon)
                    .with("stash_type", 1)
                    .out();
        }
        String square = graph.node("Mul", name + ".square").in(x, x).out();
        String mean = graph.node("ReduceMean", name + ".mean")
                .in(square, graph.ints("axis.last", -1))
                .out();
        String stable = graph.node("Add", name + ".stable")
                .in(mean, graph.scalar("epsilon." + norm.epsilon(), epsilon))
                .out();
        String root = graph.node("Sqrt", name + ".root").in(stable).out();
        String unit = graph.node("Div", name + ".unit").in(x, root).out();
        return graph.node("Mul", name).in(unit, gain).out();
    }

    /** The factor of a norm: its gain, or one more than it. */
    private String gain(String name, Norm norm) {
        return norm.gainPlusOne()
                ? graph.node("Add", name + ".factor")
                        .in(vectors.apply(name), graph.scalar("gain.one", 1f))
                        .out()
                : vectors.apply(name);
    }
}
