package dev.lancet.runtime.onnx.layer;

import dev.lancet.dsl.Attention;
import dev.lancet.dsl.Position;
import dev.lancet.dsl.Transformer;
import dev.lancet.runtime.onnx.graph.ElementType;
import dev.lancet.runtime.onnx.graph.OnnxGraph;
import dev.lancet.runtime.onnx.graph.OnnxNode;

/**
 * ONNX Runtime's {@code GroupQueryAttention}. It rotates by itself, attends only to what a query may see, and writes new keys
 * and values into the cache in place if past and present are the same tensor.
 */
final class GroupQueryAttention implements AttentionLayer {

    private static final int HEAD_UNIT = 8;
    private static final int ROTATED_HEAD_UNIT = 16;

    private final OnnxGraph graph;
    private final Transformer model;
    private final RotaryEmbedding rotary;
    private final String before;
    private final String total;

    GroupQueryAttention(OnnxGraph graph, Transformer model, RotaryEmbedding rotary) {
        this.graph = graph;
        this.model = model;
        this.rotary = rotary;
        String sums = graph.node("ReduceSum", "lengths")
                .in(DecoderSignature.MASK, graph.ints("axis.one", 1))
                .with("keepdims", 0)
                .out();
        String last =
                graph.node("Sub", "lengths.last").in(sums, graph.ints("one", 1)).out();
        before = int32("lengths.last.int32", last);
        String shape =
                graph.node("Shape", "mask.shape").in(DecoderSignature.MASK).out();
        total = int32(
                "total.int32",
                graph.node("Gather", "total")
                        .in(shape, graph.scalar("index.one", 1L))
                        .out());
    }

    private String int32(String name, String value) {
        return graph.node("Cast", name)
                .in(value)
                .with("to", ElementType.INT32.number())
                .out();
    }

    /** Whether the operator takes heads of this width. Its soft cap is not used: other nodes cap the scores. */
    static boolean takes(Transformer model, boolean portable) {
        return !portable && model.attention().cap() == 0 && model.attention().headWidth() % HEAD_UNIT == 0;
    }

    /** Whether the operator also rotates the heads of all blocks; otherwise other nodes do so before it. */
    static boolean rotates(Transformer model, boolean portable) {
        return takes(model, portable)
                && model.position() instanceof Position.Rotary rotary
                && rotary.width() == 0
                && model.variant()
                        .filter(some -> !some.position().equals(rotary))
                        .isEmpty()
                && model.attention().headWidth() % ROTATED_HEAD_UNIT == 0;
    }

    @Override
    public String attend(int layer, String name, String query, String key, String value) {
        Attention attention = model.attention();
        boolean rotates = rotates(model, false);
        OnnxNode node = graph.contrib("GroupQueryAttention", name + "mix")
                .in(
                        rotates ? query : rotary.rotated(layer, name + "q.rotated", query, attention.heads()),
                        rotates ? key : rotary.rotated(layer, name + "k.rotated", key, attention.kvHeads()),
                        value,
                        DecoderSignature.past(layer, "key"),
                        DecoderSignature.past(layer, "value"),
                        before,
                        total);
        if (rotates) {
            node.in(rotary.cos(layer), rotary.sin(layer)).with("do_rotary", 1);
        }
        if (model.window(layer) > 0) {
            node.with("local_window_size", model.window(layer));
        }
        if (attention.scale() != 0) {
            node.with("scale", (float) attention.scale());
        }
        node.with("num_heads", attention.heads())
                .with("kv_num_heads", attention.kvHeads())
                .outs(name + "mix", DecoderSignature.present(layer, "key"), DecoderSignature.present(layer, "value"));
        return name + "mix";
    }
}
