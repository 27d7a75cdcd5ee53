package dev.lancet.runtime.onnx.layer;

import dev.lancet.dsl.Attention;
import dev.lancet.dsl.FeedForward;
import dev.lancet.dsl.Head;
import dev.lancet.dsl.InputEmbedding;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Position;
import dev.lancet.dsl.Residual;
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
    private final NormNodes norms;
    private final boolean portable;

    /**
     * A decoder whose weights follow a plan.
     *
     * @param portable whether to use standard operators only
     * @throws LancetException if the model has parts that only other graphs have
     */
    public DecoderLayers(OnnxGraph graph, Transformer model, Plan plan, Weights weights, boolean portable) {
        check(model);
        this.graph = graph;
        this.model = model;
        this.portable = portable;
        steps = plan.steps().stream()
                .collect(Collectors.toMap(step -> step.weight().name(), Function.identity()));
        vectors = plan.vectors().stream().collect(Collectors.toMap(Weight::name, Function.identity()));
        arrays = new MatrixInitializers(graph, weights);
        products = new MatMulNodes(graph, arrays, portable);
        lookup = new EmbeddingLookup(graph, arrays, portable);
        norms = new NormNodes(graph, this::vector, portable);
    }

    /**
     * Checks that the graph can have all parts of a model.
     *
     * @throws LancetException naming the part that it cannot have
     */
    public static void check(Transformer model) {
        InputEmbedding embedding = model.embedding();
        boolean later = model.position() instanceof Position.Learned learned && learned.first() != 0;
        String part = "";
        if (!(model.head() instanceof Head.NextToken)) {
            part = model.head().toString();
        } else if (later) {
            part = model.position().toString();
        } else if (embedding.tokenTypes() != 0 || embedding.norm().isPresent()) {
            part = embedding.toString();
        }
        if (!part.isEmpty()) {
            throw new LancetException("export: " + model.name() + " has " + part
                    + ", which the export of decoders to ONNX does not write; choose --format savedmodel");
        }
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
            String attended = attention(block, stream, attention);
            stream = feedForward("h." + block + ".mlp.", model.residual().parallel() ? stream : attended, attended);
            written.accept(block + 1);
        }
        head(optionalNorm(LAST, stream));
        DecoderSignature.declareOutputs(graph, model);
    }

    private void head(String last) {
        Head.NextToken head = (Head.NextToken) model.head();
        boolean plain = head.scale() == 1 && head.cap() == 0;
        String scores = plain ? DecoderSignature.LOGITS : "head.scores";
        if (model.tiedHead()) {
            products.transposed(scores, last, step("embedding"));
        } else {
            graph.node("Identity", scores).in(products.of(step("head"), last)).out();
        }
        if (!plain) {
            String scaled = ScalarNodes.scaled(graph, "head.scaled", scores, head.scale());
            graph.node("Identity", DecoderSignature.LOGITS)
                    .in(ScalarNodes.capped(graph, "head.scores", scaled, head.cap()))
                    .out();
        }
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
        String rows = ScalarNodes.scaled(
                graph,
                "embedding.scaled",
                lookup.rows(step("embedding"), DecoderSignature.IDS),
                model.embedding().scale());
        return steps.containsKey("position")
                ? graph.node("Add", "embedded")
                        .in(rows, lookup.rows(step("position"), DecoderSignature.POSITIONS))
                        .out()
                : rows;
    }

    private String attention(int block, String stream, AttentionLayer attention) {
        String p = "h." + block + ".attn.";
        String x = optionalNorm(p + "norm", stream);
        String query =
                normedHeads(p + "q", linear(p + "q", x), model.attention().heads());
        String key = normedHeads(p + "k", linear(p + "k", x), model.attention().kvHeads());
        String mix = attention.attend(block, p, query, key, linear(p + "v", x));
        return joined(p, stream, linear(p + "o", mix));
    }

    /** The stream after a half of a block, as {@link Residual} says. */
    private String joined(String half, String stream, String output) {
        Residual residual = model.residual();
        String normed = residual.normsOutputs() ? norm(half + "outnorm", output) : output;
        String sum = graph.node("Add", half + "residual")
                .in(stream, ScalarNodes.scaled(graph, half + "scaled", normed, residual.scale()))
                .out();
        return residual.normsSums() ? norm(half + "outnorm", sum) : sum;
    }

    /** The norm, if the model has it. */
    private String optionalNorm(String name, String x) {
        return vectors.containsKey(name + ".gain") ? norm(name, x) : x;
    }

    /** Queries or keys, {@code [batch, seq, heads · headWidth]}, with the norm of each head if there is one. */
    private String normedHeads(String name, String x, int heads) {
        Attention attention = model.attention();
        if (attention.qkNorm().isEmpty()) {
            return x;
        }
        if (attention.wideQkNorm()) {
            return norms.of(name + ".norm", x, attention.qkNorm().get());
        }
        int width = attention.headWidth();
        String split = graph.node("Reshape", name + ".norm.heads")
                .in(x, graph.ints("shape.heads." + heads, 0, 0, heads, width))
                .out();
        return graph.node("Reshape", name + ".normed")
                .in(
                        norms.of(name + ".norm", split, attention.qkNorm().get()),
                        graph.ints("shape.flat." + heads, 0, 0, (long) heads * width))
                .out();
    }

    private String feedForward(String p, String from, String stream) {
        String x = optionalNorm(p + "norm", from);
        String up = linear(p + "up", x);
        String inner = model.feedForward().gated()
                ? graph.node("Mul", p + "inner").in(gate(p, x), up).out()
                : gelu(p + "inner", up);
        return joined(p, stream, linear(p + "down", inner));
    }

    private String gate(String p, String x) {
        String gate = linear(p + "gate", x);
        return model.feedForward().kind() == FeedForward.Kind.SWIGLU
                ? products.silu(p + "gate.silu", gate)
                : gelu(p + "gate.gelu", gate);
    }

    private String gelu(String name, String x) {
        FeedForward.Kind kind = model.feedForward().kind();
        boolean tanh = kind == FeedForward.Kind.GELU_TANH || kind == FeedForward.Kind.GEGLU_TANH;
        return graph.node("Gelu", name)
                .in(x)
                .with("approximate", tanh ? "tanh" : "none")
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
        return norms.of(name, x, model.norm());
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
