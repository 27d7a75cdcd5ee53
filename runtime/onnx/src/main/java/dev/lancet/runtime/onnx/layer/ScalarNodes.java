package dev.lancet.runtime.onnx.layer;

import dev.lancet.runtime.onnx.graph.OnnxGraph;

/** Factors and soft caps. */
final class ScalarNodes {

    private ScalarNodes() {}

    /** {@code factor · x}. */
    static String scaled(OnnxGraph graph, String name, String x, double factor) {
        return factor == 1
                ? x
                : graph.node("Mul", name)
                        .in(x, graph.scalar(name + ".factor", (float) factor))
                        .out();
    }

    /**
     * {@code cap · tanh(x / cap)}.
     *
     * @param cap the cap, or 0 for none
     */
    static String capped(OnnxGraph graph, String name, String x, double cap) {
        if (cap == 0) {
            return x;
        }
        String share = graph.node("Div", name + ".share")
                .in(x, graph.scalar(name + ".cap", (float) cap))
                .out();
        String within = graph.node("Tanh", name + ".within").in(share).out();
        return graph.node("Mul", name + ".capped")
                .in(within, graph.scalar(name + ".cap", (float) cap))
                .out();
    }
}
