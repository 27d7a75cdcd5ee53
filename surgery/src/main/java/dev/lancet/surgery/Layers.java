package dev.lancet.surgery;

import dev.lancet.dsl.Attention;
import dev.lancet.dsl.FeedForward;
import dev.lancet.dsl.Norm;
import dev.lancet.dsl.Residual;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.Weight;
import dev.lancet.surgery.GraphSizes.Dim;
import dev.lancet.surgery.graph.GraphBuilder;
import dev.lancet.surgery.graph.Ops;
import dev.lancet.surgery.graph.TensorType;
import dev.lancet.surgery.graph.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.proto.DataType;

/** The layers of one graph: embedding, blocks, and the head. Activations are {@code [batch · seq, width]} throughout. */
final class Layers {

    private final GraphBuilder builder;
    private final Ops ops;
    private final Transformer model;
    private final GraphSizes sizes;
    private final BlockFunctions functions;
    private final Map<String, Weight> weights = new HashMap<>();
    private final Map<String, Value> constants = new HashMap<>();

    Layers(GraphBuilder builder, Transformer model, GraphSizes sizes) {
        this.builder = builder;
        this.ops = new Ops(builder);
        this.model = model;
        this.sizes = sizes;
        this.functions = new BlockFunctions(builder);
        model.weights().forEach(weight -> weights.put(weight.name(), weight));
    }

    /** The first vectors of the residual stream; see {@link EmbeddingLayer}. */
    Value embedded(Value ids, Value positions) {
        return embedded(ids, positions, List.of());
    }

    /** The same with the types of the tokens {@code [batch, seq]}, if the model has several. */
    Value embedded(Value ids, Value positions, List<Value> types) {
        return new EmbeddingLayer(builder, model, sizes, this).of(ids, positions, types);
    }

    /** Joins the keys and values of the new tokens to the earlier ones, {@code [batch, kv, seen, headWidth]}. */
    @FunctionalInterface
    interface Cache {
        /** The keys or values that block {@code block} attends to; {@code letter} is {@code k} or {@code v}. */
        Value joined(int block, String letter, Value fresh);
    }

    /** A block: attention and feed-forward, joined to the stream as {@link Residual} says. */
    Value block(int block, Value stream, AttentionContext context, Cache cache) {
        Value attended = attention(block, stream, context, cache);
        return feedForward(block, model.residual().parallel() ? stream : attended, attended);
    }

    private Value attention(int block, Value stream, AttentionContext all, Cache cache) {
        AttentionContext.View context = all.view(model, block);
        String form = AttentionContext.inVariant(model, block) ? "_variant" : "";
        String p = "h." + block + ".attn.";
        Attention a = model.attention();
        int group = a.heads() / a.kvHeads();
        Dim hd = Dim.of(a.headWidth());
        Dim rest = Dim.of(-1);
        Dim queries = sizes.times("queries.size", sizes.seq, group);
        long stacks = sizes.batch.size() < 0 ? -1 : sizes.batch.size() * a.kvHeads();

        Value normed = input(p, stream);
        float scale = (float) a.scoreFactor();
        Value q = projected(p + "q", "query" + form, normed, a.heads(), context.rotation(), scale);
        Value k =
                cache.joined(block, "k", projected(p + "k", "key" + form, normed, a.kvHeads(), context.rotation(), 1));
        Value v = cache.joined(block, "v", projected(p + "v", "value", normed, a.kvHeads(), List.of(), 1));

        Value queryShape = sizes.target("shape.query.grouped", rest, queries, hd);
        Value keyShape = sizes.target("shape.key.grouped", rest, sizes.seen, hd);
        List<Long> keyDims = List.of(stacks, sizes.seen.size(), hd.size());
        q = ops.reshape(p + "q.grouped", q, queryShape, List.of(stacks, queries.size(), hd.size()));
        k = ops.reshape(p + "k.grouped", k, keyShape, keyDims);
        v = ops.reshape(p + "v.grouped", v, keyShape, keyDims);

        Value scores = functions.capped(
                p + "capped", "scores_capped", ops.batchMatmul(p + "scores", q, false, k, true), a.cap());
        Value masked = functions.mask(p + "masked", scores, context.visible());
        Value mix = ops.batchMatmul(p + "mix", ops.softmax(p + "probabilities", masked), false, v, false);
        Dim heads = Dim.of(a.heads());
        Value split = ops.reshape(
                p + "mix.heads",
                mix,
                sizes.target("shape.mix", rest, heads, sizes.seq, hd),
                GraphSizes.dims(sizes.batch, heads, sizes.seq, hd));
        Value tokens = ops.transpose(p + "mix.tokens", split, order(), 0, 2, 1, 3);
        Value flat = ops.reshape(
                p + "mix.flat",
                tokens,
                sizes.target("shape.mix.flat", rest, Dim.of(a.queryWidth())),
                List.of(sizes.rows, (long) a.queryWidth()));
        return joined(p, stream, product(p + "o", flat), bias(p + "o"));
    }

    /** What a half of a block reads: the stream, or its norm. */
    private Value input(String half, Value stream) {
        return weights.containsKey(half + "norm.gain") ? norm(half + "norm", stream) : stream;
    }

    /** The stream after a half of a block, which gives {@code x + bias}. */
    private Value joined(String half, Value stream, Value x, List<Value> bias) {
        Residual residual = model.residual();
        float scale = (float) residual.scale();
        if (residual.normsOutputs()) {
            Value normed = functions.norm(
                    half + "outnorm",
                    bias.isEmpty() ? "norm" : "norm_biased",
                    model.norm(),
                    x,
                    bias,
                    normVectors(half + "outnorm", model.norm()));
            return functions.residual(half + "residual", stream, normed, List.of(), scale);
        }
        Value sum = functions.residual(half + "residual", stream, x, bias, scale);
        return residual.normsSums() ? norm(half + "outnorm", sum) : sum;
    }

    /**
     * A projection, split into heads and transposed for the attention product: {@code [batch, heads, seq, headWidth]}.
     */
    private Value projected(String name, String function, Value x, int count, List<Value> rotation, float scale) {
        Dim heads = Dim.of(count);
        Dim width = Dim.of(model.attention().headWidth());
        String shape = function.startsWith("query") ? "shape.query" : "shape.key";
        boolean wide = model.attention().wideQkNorm() && weights.containsKey(name + ".norm.gain");
        Value product = product(name, x);
        if (wide) {
            product = functions.norm(
                    name + ".normed",
                    function + "_norm" + (bias(name).isEmpty() ? "" : "_biased"),
                    model.attention().qkNorm().orElseThrow(),
                    product,
                    bias(name),
                    List.of(variable(name + ".norm.gain")));
        }
        Value split = ops.reshape(
                name + ".heads",
                product,
                sizes.target(shape, sizes.batch, sizes.seq, heads, width),
                GraphSizes.dims(sizes.batch, sizes.seq, heads, width));
        String gain = name + ".norm.gain";
        BlockFunctions.HeadInputs inputs = new BlockFunctions.HeadInputs(
                wide ? List.of() : bias(name),
                weights.containsKey(gain) && !wide ? List.of(variable(gain)) : List.of(),
                model.attention().qkNorm(),
                rotation,
                scale);
        Value prepared = functions.heads(name + ".prepared", function, split, inputs);
        return ops.transpose(name + ".by_head", prepared, order(), 0, 2, 1, 3);
    }

    private Value feedForward(int block, Value from, Value stream) {
        String p = "h." + block + ".mlp.";
        Value normed = input(p, from);
        Value inner;
        if (model.feedForward().gated()) {
            Value gate = product(p + "gate", normed);
            List<Value> biases = new ArrayList<>(bias(p + "gate"));
            Value up = product(p + "up", normed);
            biases.addAll(bias(p + "up"));
            inner = functions.gated(p + "inner", model.feedForward().kind(), gate, up, biases);
        } else {
            FeedForward.Kind kind = model.feedForward().kind();
            inner = functions.gelu(p + "inner", kind, product(p + "up", normed), bias(p + "up"));
        }
        return joined(p, stream, product(p + "down", inner), bias(p + "down"));
    }

    /** The last norm, if the model has one. */
    Value last(Value stream) {
        return weights.containsKey("norm.gain") ? norm("norm", stream) : stream;
    }

    /** The last norm and the scores of the next token, {@code [rows of stream, vocabulary]}. */
    Value head(Value stream) {
        return heads().nextToken(last(stream));
    }

    /** What may stand behind the last norm. */
    HeadLayers heads() {
        return new HeadLayers(builder, model, this, functions);
    }

    Value norm(String name, Value x) {
        return norm(name, "norm", model.norm(), x);
    }

    /** A norm whose function in the library has its own name, because it may differ from the model's. */
    Value norm(String name, String function, Norm norm, Value x) {
        return functions.norm(name, function, norm, x, List.of(), normVectors(name, norm));
    }

    private List<Value> normVectors(String name, Norm norm) {
        List<Value> vectors = new ArrayList<>(List.of(variable(name + ".gain")));
        if (norm.biased()) {
            vectors.add(variable(name + ".bias"));
        }
        return vectors;
    }

    Value product(String weight, Value x) {
        return ops.matmul(weight + ".out", x, false, variable(weight), false);
    }

    List<Value> bias(String linear) {
        return weights.containsKey(linear + ".bias") ? List.of(variable(linear + ".bias")) : List.of();
    }

    /** The variable of a weight. */
    Value variable(String name) {
        return constants.computeIfAbsent(name, unknown -> {
            Weight weight = weights.get(name);
            if (weight == null) {
                throw new IllegalStateException("transformer " + model.name() + " has no weight '" + name + "'");
            }
            return builder.variable(
                    name,
                    new TensorType(
                            DataType.DT_FLOAT,
                            weight.shape().stream().map(Integer::longValue).toList()));
        });
    }

    /** The constant [-1], a target shape that flattens a tensor. */
    Value rest() {
        return sizes.target("shape.flat", Dim.of(-1));
    }

    /** The constant axis, a scalar. */
    Value axis(int axis) {
        return sizes.scalar(Dim.of(axis));
    }

    private Value order() {
        return constants.computeIfAbsent("order.heads", name -> ops.ints(name, 0, 2, 1, 3));
    }
}
