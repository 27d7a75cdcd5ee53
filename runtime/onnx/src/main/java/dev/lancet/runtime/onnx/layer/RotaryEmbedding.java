package dev.lancet.runtime.onnx.layer;

import dev.lancet.dsl.Position;
import dev.lancet.dsl.Transformer;
import dev.lancet.runtime.onnx.graph.OnnxGraph;
import dev.lancet.runtime.onnx.graph.OnnxNode;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.DoubleUnaryOperator;

/** Cosines and sines of all angles, {@code [context, rotated / 2]}, and the rotation in standard operators. */
final class RotaryEmbedding {

    private final OnnxGraph graph;
    private final Transformer model;
    private final Set<String> gathered = new HashSet<>();

    RotaryEmbedding(OnnxGraph graph, Transformer model) {
        this.graph = graph;
        this.model = model;
    }

    /** The cosines of a block's positions. */
    String cos(int block) {
        return table(block, "rotary.cos", Math::cos);
    }

    /** The sines of a block's positions. */
    String sin(int block) {
        return table(block, "rotary.sin", Math::sin);
    }

    /** A name in the tables of a block: blocks with positions of their own have tables of their own. */
    private String named(int block, String name) {
        return (model.position(block).equals(model.position()) ? "" : "variant.") + name;
    }

    private String table(int block, String suffix, DoubleUnaryOperator function) {
        String name = named(block, suffix);
        if (graph.has(name)) {
            return name;
        }
        int head = model.attention().headWidth();
        double[] frequencies = ((Position.Rotary) model.position(block)).inverseFrequencies(head);
        float[] values = new float[Math.multiplyExact(model.context(), frequencies.length)];
        for (int position = 0; position < model.context(); position++) {
            for (int i = 0; i < frequencies.length; i++) {
                values[position * frequencies.length + i] = (float) function.applyAsDouble(position * frequencies[i]);
            }
        }
        return graph.floats(name, List.of((long) model.context(), (long) frequencies.length), values);
    }

    /** Rotates heads {@code [batch, seq, heads · headWidth]}, or returns them if the block rotates nothing. */
    String rotated(int block, String name, String x, int heads) {
        if (!(model.position(block) instanceof Position.Rotary rotary)) {
            return x;
        }
        int width = model.attention().headWidth();
        int half = rotary.rotated(width) / 2;
        int still = width - 2 * half;
        String split = graph.node("Reshape", name + ".heads")
                .in(x, graph.ints("shape.heads." + heads, 0, 0, heads, width))
                .out();
        String a = name + ".a";
        String b = name + ".b";
        String rest = name + ".still";
        String sizes = still == 0
                ? graph.ints("half.heads", half, half)
                : graph.ints(named(block, "parts.heads"), half, half, still);
        OnnxNode parts = graph.node("Split", name + ".halves").in(split, sizes).with("axis", 3);
        if (still == 0) {
            parts.outs(a, b);
        } else {
            parts.outs(a, b, rest);
        }
        String cos = angles(named(block, "rotary.cos"), cos(block));
        String sin = angles(named(block, "rotary.sin"), sin(block));
        String first = graph.node("Sub", name + ".first")
                .in(times(a, cos, ".cos"), times(b, sin, ".sin"))
                .out();
        String second = graph.node("Add", name + ".second")
                .in(times(b, cos, ".cos"), times(a, sin, ".sin"))
                .out();
        OnnxNode joined = graph.node("Concat", name + ".turned");
        String turned = (still == 0 ? joined.in(first, second) : joined.in(first, second, rest))
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
