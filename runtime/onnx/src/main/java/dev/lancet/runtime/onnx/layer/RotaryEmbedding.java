package dev.lancet.runtime.onnx.layer;

import dev.lancet.dsl.Position;
import dev.lancet.dsl.Transformer;
import dev.lancet.runtime.onnx.graph.OnnxGraph;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.DoubleUnaryOperator;

/** Cosines and sines of all angles, {@code [context, headWidth / 2]}, and the rotation in standard operators. */
final class RotaryEmbedding {

    private final OnnxGraph graph;
    private final Transformer model;
    private final Set<String> gathered = new HashSet<>();

    RotaryEmbedding(OnnxGraph graph, Transformer model) {
        this.graph = graph;
        this.model = model;
    }

    /** The cosines. */
    String cos() {
        return table("rotary.cos", Math::cos);
    }

    /** The sines. */
    String sin() {
        return table("rotary.sin", Math::sin);
    }

    private String table(String name, DoubleUnaryOperator function) {
        if (graph.has(name)) {
            return name;
        }
        int head = model.attention().headWidth();
        double[] frequencies = ((Position.Rotary) model.position()).inverseFrequencies(head);
        float[] values = new float[Math.multiplyExact(model.context(), frequencies.length)];
        for (int position = 0; position < model.context(); position++) {
            for (int i = 0; i < frequencies.length; i++) {
                values[position * frequencies.length + i] = (float) function.applyAsDouble(position * frequencies[i]);
            }
        }
        return graph.floats(name, List.of((long) model.context(), (long) frequencies.length), values);
    }

    /** Rotates heads {@code [batch, seq, heads · headWidth]}, or returns them if positions are learned. */
    String rotated(String name, String x, int heads) {
        if (!(model.position() instanceof Position.Rotary)) {
            return x;
        }
        int width = model.attention().headWidth();
        String split = graph.node("Reshape", name + ".heads")
                .in(x, graph.ints("shape.heads." + heads, 0, 0, heads, width))
                .out();
        String a = name + ".a";
        String b = name + ".b";
        graph.node("Split", name + ".halves")
                .in(split, graph.ints("half.heads", width / 2, width / 2))
                .with("axis", 3)
                .outs(a, b);
        String cos = angles("rotary.cos", cos());
        String sin = angles("rotary.sin", sin());
        String first = graph.node("Sub", name + ".first")
                .in(times(a, cos, ".cos"), times(b, sin, ".sin"))
                .out();
        String second = graph.node("Add", name + ".second")
                .in(times(b, cos, ".cos"), times(a, sin, ".sin"))
                .out();
        String turned = graph.node("Concat", name + ".turned")
                .in(first, second)
                .with("axis", 3)
                .out();
        return graph.node("Reshape", name)
                .in(turned, graph.ints("shape.flat." + heads, 0, 0, (long) heads * width))
                .out();
    }

    private String times(String x, String angles, String suffix) {
        return graph.node("Mul", x + suffix).in(x, angles).out();
    }

    /** The angles of the positions that are asked for, {@code [batch, seq, 1, headWidth / 2]}, once for all layers. */
    private String angles(String name, String table) {
        String each = name + ".each";
        if (gathered.add(each)) {
            String rows = graph.node("Gather", name + ".rows")
                    .in(table, DecoderSignature.POSITIONS)
                    .out();
            graph.node("Unsqueeze", each).in(rows, graph.ints("axis.heads", 2)).out();
        }
        return each;
    }
}
