package dev.lancet.runtime.onnx.layer;

import dev.lancet.dsl.Attention;
import dev.lancet.dsl.Transformer;
import dev.lancet.runtime.onnx.graph.ElementType;
import dev.lancet.runtime.onnx.graph.OnnxGraph;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Attention in standard operators. The cache grows by the new tokens: {@code present = concat(past, new)}. The query heads
 * that share a key head are rows of one product, as in TensorFlow's graph:
 *
 * <pre>
 * scores = (query [batch, kv, group · seq, headWidth] / √headWidth) · keyᵀ [batch, kv, headWidth, total]
 * mix    = softmax(scores + hidden [batch, 1, 1, seq, total]) · value
 * </pre>
 */
final class UnfusedAttention implements AttentionLayer {

    private static final float HIDDEN = -1e9f;

    private final OnnxGraph graph;
    private final Attention attention;
    private final RotaryEmbedding rotary;
    private final Transformer model;
    private final Map<Integer, String> hidden = new HashMap<>();
    private final String apart;
    private final String together;

    UnfusedAttention(OnnxGraph graph, Transformer model, RotaryEmbedding rotary) {
        this.graph = graph;
        this.rotary = rotary;
        this.model = model;
        attention = model.attention();
        String idsShape =
                graph.node("Shape", "ids.shape").in(DecoderSignature.IDS).out();
        String maskShape =
                graph.node("Shape", "mask.shape").in(DecoderSignature.MASK).out();
        String batch = part("batch", idsShape, 0);
        String seq = part("sequence", idsShape, 1);
        String total = part("total", maskShape, 1);
        String rest = graph.ints("rest", -1);
        String kv = graph.ints("kv.heads", attention.kvHeads());
        String group = graph.ints("group", attention.heads() / attention.kvHeads());
        apart = graph.node("Concat", "shape.apart")
                .in(batch, kv, group, seq, rest)
                .with("axis", 0)
                .out();
        together = graph.node("Concat", "shape.together")
                .in(batch, kv, rest, total)
                .with("axis", 0)
                .out();
        hide(seq, total);
    }

    private String part(String name, String shape, long index) {
        return graph.node("Gather", name)
                .in(shape, graph.ints("index." + index, index))
                .out();
    }

    /** For each window, what is added to the scores: nothing where a query may look, much less than any score where not. */
    private void hide(String seq, String total) {
        String all = scalar("total.scalar", total);
        String past = graph.node("Sub", "past")
                .in(all, scalar("sequence.scalar", seq))
                .out();
        String one = graph.scalar("step", 1L);
        String columns = graph.node("Range", "columns")
                .in(graph.scalar("start", 0L), all, one)
                .out();
        String range = graph.node("Range", "rows.range").in(past, all, one).out();
        String rows = graph.node("Unsqueeze", "rows")
                .in(range, graph.ints("axis.one", 1))
                .out();
        String causal = graph.node("LessOrEqual", "causal").in(columns, rows).out();
        String given = graph.node("Cast", "mask.given")
                .in(DecoderSignature.MASK)
                .with("to", ElementType.BOOL.number())
                .out();
        String spread = graph.node("Unsqueeze", "mask.spread")
                .in(given, graph.ints("axes.middle", 1, 2, 3))
                .out();
        IntStream.range(0, model.layers()).map(model::window).distinct().forEach(window -> {
            String prefix = window == attention.window() ? "" : "variant.";
            String seen = window == 0 ? causal : near(prefix, window, causal, columns, rows);
            String visible =
                    graph.node("And", prefix + "visible").in(spread, seen).out();
            hidden.put(
                    window,
                    graph.node("Where", prefix + "hidden")
                            .in(visible, graph.scalar("nothing", 0f), graph.scalar("least", HIDDEN))
                            .out());
        });
    }

    private String near(String prefix, int window, String causal, String columns, String rows) {
        String first = graph.node("Sub", prefix + "window.before")
                .in(rows, graph.ints(prefix + "window", window))
                .out();
        String near =
                graph.node("Greater", prefix + "window.near").in(columns, first).out();
        return graph.node("And", prefix + "causal.near").in(causal, near).out();
    }

    private String scalar(String name, String value) {
        return graph.node("Squeeze", name).in(value, graph.ints("axis.zero", 0)).out();
    }

    @Override
    public String attend(int layer, String name, String query, String key, String value) {
        String q = byHead(
                name + "q", rotary.rotated(layer, name + "q.rotated", query, attention.heads()), attention.heads());
        String k = byHead(
                name + "k", rotary.rotated(layer, name + "k.rotated", key, attention.kvHeads()), attention.kvHeads());
        String keys = joined(layer, "key", k);
        String values = joined(layer, "value", byHead(name + "v", value, attention.kvHeads()));
        String scaled = graph.node("Mul", name + "q.scaled")
                .in(q, graph.scalar("scale", (float) attention.scoreFactor()))
                .out();
        String grouped = graph.node("Reshape", name + "q.grouped")
                .in(scaled, graph.ints("shape.grouped", 0, attention.kvHeads(), -1, attention.headWidth()))
                .out();
        String turned = graph.node("Transpose", name + "k.turned")
                .in(keys)
                .with("perm", List.of(0L, 1L, 3L, 2L))
                .out();
        String scores =
                graph.node("MatMul", name + "scores").in(grouped, turned).out();
        String split = graph.node("Reshape", name + "scores.apart")
                .in(ScalarNodes.capped(graph, name + "scores", scores, attention.cap()), apart)
                .out();
        String masked = graph.node("Add", name + "masked")
                .in(split, hidden.getOrDefault(model.window(layer), ""))
                .out();
        String shares = graph.node("Softmax", name + "probabilities")
                .in(masked)
                .with("axis", -1)
                .out();
        String rows = graph.node("Reshape", name + "probabilities.together")
                .in(shares, together)
                .out();
        String mix = graph.node("MatMul", name + "mix.grouped").in(rows, values).out();
        String heads = graph.node("Reshape", name + "mix.heads")
                .in(mix, graph.ints("shape.mix", 0, attention.heads(), -1, attention.headWidth()))
                .out();
        String tokens = transposed(name + "mix.tokens", heads);
        return graph.node("Reshape", name + "mix")
                .in(tokens, graph.ints("shape.width", 0, 0, attention.queryWidth()))
                .out();
    }

    private String byHead(String name, String x, int heads) {
        String split = graph.node("Reshape", name + ".heads")
                .in(x, graph.ints("shape.heads." + heads, 0, 0, heads, attention.headWidth()))
                .out();
        return transposed(name + ".by_head", split);
    }

    private String transposed(String name, String x) {
        return graph.node("Transpose", name)
                .in(x)
                .with("perm", List.of(0L, 2L, 1L, 3L))
                .out();
    }

    private String joined(int layer, String what, String fresh) {
        return graph.node("Concat", DecoderSignature.present(layer, what))
                .in(DecoderSignature.past(layer, what), fresh)
                .with("axis", 2)
                .out();
    }
}
