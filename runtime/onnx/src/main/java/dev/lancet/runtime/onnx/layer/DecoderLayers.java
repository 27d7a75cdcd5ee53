package dev.lancet.runtime.onnx.layer;

import dev.lancet.dsl.Attention;
import dev.lancet.dsl.FeedForward;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Norm;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.Weight;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Step;
import dev.lancet.dsl.weights.Weights;
import dev.lancet.runtime.onnx.graph.OnnxGraph;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.IntConsumer;
import java.util.stream.Collectors;

/**
 * A declared decoder as an ONNX graph. Activations are {@code [batch, seq, width]} throughout.
 *
 * <p>Inputs: {@code input_ids} and {@code attention_mask}, int64 {@code [batch, seq]} and {@code [batch, past + seq]}; {@code
 * position_ids} where the graph needs them; {@code past_key_values.N.key} and {@code .value}, {@code [batch, kv, past,
 * headWidth]}. Outputs: {@code logits}, {@code [batch, seq, vocabulary]}, and {@code present.N.key} and {@code .value}.
 */
public final class DecoderLayers {

    /** The activations after the last norm, which only the head reads. */
    public static final String LAST = "norm";

    private final OnnxGraph graph;
    private final Transformer model;
    private final Map<String, Step> steps;
    private final Map<String, Weight> vectors;
    private final MatrixInitializers arrays;
    private final MatMulNodes products;
    private final EmbeddingLookup lookup;
    private final boolean portable;

    /**
     * A decoder whose weights follow a plan.
     *
     * @param portable whether to use standard operators only
     * @throws LancetException if the model has parts that only other graphs have
     */
    public DecoderLayers(OnnxGraph graph, Transformer model, Plan plan, Weights weights, boolean portable) {
        if (!model.furtherParts().isEmpty()) {
            throw new LancetException("export: " + model.name() + " has " + String.join(", ", model.furtherParts())
                    + ", which the export of decoders to ONNX does not write yet; choose --format savedmodel");
        }
        this.graph = graph;
        this.model = model;
        this.portable = portable;
        steps = plan.steps().stream()
                .collect(Collectors.toMap(step -> step.weight().name(), Function.identity()));
        vectors = plan.vectors().stream().collect(Collectors.toMap(Weight::name, Function.identity()));
        arrays = new MatrixInitializers(graph, weights);
        products = new MatMulNodes(graph, arrays, portable);
        lookup = new EmbeddingLookup(graph, arrays, portable);
    }

    /** Whether the cache grows with each run, because past and present cannot be the same tensor. */
    public static boolean cacheGrows(Transformer model, boolean portable) {
        return !GroupQueryAttention.takes(model, portable);
    }

    /**
     * Adds the whole decoder to the graph.
     *
     * @param written is told how many blocks are complete
     */
    public void write(IntConsumer written) {
        DecoderSignature.declareInputs(graph, model, portable);
        RotaryEmbedding rotary = new RotaryEmbedding(graph, model);
        AttentionLayer attention = GroupQueryAttention.takes(model, portable)
                ? new GroupQueryAttention(graph, model, rotary)
                : new UnfusedAttention(graph, model, rotary);
        String stream = embedded();
        for (int block = 0; block < model.layers(); block++) {
            stream = feedForward("h." + block + ".mlp.", attention(block, stream, attention));
            written.accept(block + 1);
        }
        String last = norm(LAST, stream);
        if (model.tiedHead()) {
            products.transposed(DecoderSignature.LOGITS, last, step("embedding"));
        } else {
            graph.node("Identity", DecoderSignature.LOGITS)
                    .in(products.of(step("head"), last))
                    .out();
        }
        DecoderSignature.declareOutputs(graph, model);
    }

    /** The names of quantized matrices that became floats. */
    public List<String> unpacked() {
        return arrays.unpacked();
    }

    /** How many products read 8-bit or 4-bit codes. ONNX Runtime rounds the inputs of these to 8 bits. */
    public int productsWithCodes() {
        return products.withCodes();
    }

    private String embedded() {
        String rows = lookup.rows(step("embedding"), DecoderSignature.IDS);
        return steps.containsKey("position")
                ? graph.node("Add", "embedded")
                        .in(rows, lookup.rows(step("position"), DecoderSignature.POSITIONS))
                        .out()
                : rows;
    }

    private String attention(int block, String stream, AttentionLayer attention) {
        String p = "h." + block + ".attn.";
        String x = norm(p + "norm", stream);
        String query =
                normedHeads(p + "q", linear(p + "q", x), model.attention().heads());
        String key = normedHeads(p + "k", linear(p + "k", x), model.attention().kvHeads());
        String mix = attention.attend(block, p, query, key, linear(p + "v", x));
        return graph.node("Add", p + "residual")
                .in(stream, linear(p + "o", mix))
                .out();
    }

    /** Queries or keys, {@code [batch, seq, heads · headWidth]}, with the norm of each head if there is one. */
    private String normedHeads(String name, String x, int heads) {
        Attention attention = model.attention();
        if (attention.qkNorm().isEmpty()) {
            return x;
        }
        int width = attention.headWidth();
        String split = graph.node("Reshape", name + ".norm.heads")
                .in(x, graph.ints("shape.heads." + heads, 0, 0, heads, width))
                .out();
        return graph.node("Reshape", name + ".normed")
                .in(
                        norm(name + ".norm", split, attention.qkNorm().get()),
                        graph.ints("shape.flat." + heads, 0, 0, (long) heads * width))
                .out();
    }

    private String feedForward(String p, String stream) {
        String x = norm(p + "norm", stream);
        String up = linear(p + "up", x);
        String inner = model.feedForward().gated()
                ? graph.node("Mul", p + "inner")
                        .in(products.silu(p + "gate.silu", linear(p + "gate", x)), up)
                        .out()
                : graph.node("Gelu", p + "inner")
                        .in(up)
                        .with("approximate", model.feedForward().kind() == FeedForward.Kind.GELU_TANH ? "tanh" : "none")
                        .out();
        return graph.node("Add", p + "residual")
                .in(stream, linear(p + "down", inner))
                .out();
    }

    private String linear(String name, String x) {
        String y = products.of(step(name), x);
        return vectors.containsKey(name + ".bias")
                ? graph.node("Add", name + ".biased")
                        .in(y, vector(name + ".bias"))
                        .out()
                : y;
    }

    private String norm(String name, String x) {
        return norm(name, x, model.norm());
    }

    private String norm(String name, String x, Norm norm) {
        float epsilon = (float) norm.epsilon();
        if (norm.kind() == Norm.Kind.LAYER) {
            return graph.node("LayerNormalization", name)
                    .in(x, vector(name + ".gain"), vector(name + ".bias"))
                    .with("axis", -1)
                    .with("epsilon", epsilon)
                    .out();
        }
        if (!portable) {
            // ONNX Runtime's own, although it lies in the domain of the standard.
            return graph.node("SimplifiedLayerNormalization", name)
                    .in(x, vector(name + ".gain"))
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
                .in(mean, graph.scalar(norm.equals(model.norm()) ? "epsilon" : "epsilon.heads", epsilon))
                .out();
        String root = graph.node("Sqrt", name + ".root").in(stable).out();
        String unit = graph.node("Div", name + ".unit").in(x, root).out();
        return graph.node("Mul", name).in(unit, vector(name + ".gain")).out();
    }

    private String vector(String name) {
        Weight vector = vectors.get(name);
        if (vector == null) {
            throw new IllegalStateException("plan: no vector " + name);
        }
        return arrays.vector(vector);
    }

    private Step step(String name) {
        Step step = steps.get(name);
        if (step == null) {
            throw new IllegalStateException("plan: no matrix " + name);
        }
        return step;
    }
}
