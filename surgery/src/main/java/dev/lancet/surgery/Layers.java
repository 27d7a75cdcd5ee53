package dev.lancet.surgery;

import dev.lancet.dsl.Attention;
import dev.lancet.dsl.FeedForward;
import dev.lancet.dsl.Norm;
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

    /** The rows of the embedding, plus those of the position table if there is one. */
    Value embedded(Value ids, Value positions) {
        Value flat = ops.reshape("ids.flat", ids, rest(), List.of(sizes.rows));
        Value rows = ops.gather("embedding.rows", variable("embedding"), flat, axis(0), 0);
        if (!weights.containsKey("position")) {
            return rows;
        }
        Value grid = positions.rank() == 2 ? positions : grid(positions);
        Value each = ops.reshape("positions.flat", grid, rest(), List.of(sizes.rows));
        return ops.add("embedded", rows, ops.gather("position.rows", variable("position"), each, axis(0), 0));
    }

    private Value grid(Value positions) {
        return builder.node("positions.grid", "BroadcastTo")
                .in(positions, sizes.grid)
                .with("T", DataType.DT_INT32)
                .with("Tidx", DataType.DT_INT32)
                .gives(new TensorType(DataType.DT_INT32, GraphSizes.dims(sizes.batch, sizes.seq)));
    }

    /** Joins the keys and values of the new tokens to the earlier ones, {@code [batch, kv, seen, headWidth]}. */
    @FunctionalInterface
    interface Cache {
        /** The keys or values that block {@code block} attends to; {@code letter} is {@code k} or {@code v}. */
        Value joined(int block, String letter, Value fresh);
    }

    /** {@code stream + attention(norm(stream))}. */
    Value attention(int block, Value stream, AttentionContext context, Cache cache) {
        String p = "h." + block + ".attn.";
        Attention a = model.attention();
        int group = a.heads() / a.kvHeads();
        Dim hd = Dim.of(a.headWidth());
        Dim rest = Dim.of(-1);
        Dim queries = sizes.times("queries.size", sizes.seq, group);
        long stacks = sizes.batch.size() < 0 ? -1 : sizes.batch.size() * a.kvHeads();

        Value normed = norm(p + "norm", stream);
        float scale = (float) (1 / Math.sqrt(a.headWidth()));
        Value q = projected(p + "q", "query", normed, a.heads(), context.rotation(), scale);
        Value k = cache.joined(block, "k", projected(p + "k", "key", normed, a.kvHeads(), context.rotation(), 1));
        Value v = cache.joined(block, "v", projected(p + "v", "value", normed, a.kvHeads(), List.of(), 1));

        Value queryShape = sizes.target("shape.query.grouped", rest, queries, hd);
        Value keyShape = sizes.target("shape.key.grouped", rest, sizes.seen, hd);
        List<Long> keyDims = List.of(stacks, sizes.seen.size(), hd.size());
        q = ops.reshape(p + "q.grouped", q, queryShape, List.of(stacks, queries.size(), hd.size()));
        k = ops.reshape(p + "k.grouped", k, keyShape, keyDims);
        v = ops.reshape(p + "v.grouped", v, keyShape, keyDims);

        Value scores =
                functions.mask(p + "masked", ops.batchMatmul(p + "scores", q, false, k, true), context.visible());
        Value mix = ops.batchMatmul(p + "mix", ops.softmax(p + "probabilities", scores), false, v, false);
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
        return functions.residual(p + "residual", stream, product(p + "o", flat), bias(p + "o"));
    }

    /**
     * A projection, split into heads and transposed for the attention product: {@code [batch, heads, seq, headWidth]}.
     */
    private Value projected(String name, String function, Value x, int count, List<Value> rotation, float scale) {
        Dim heads = Dim.of(count);
        Dim width = Dim.of(model.attention().headWidth());
        String shape = function.equals("query") ? "shape.query" : "shape.key";
        Value split = ops.reshape(
                name + ".heads",
                product(name, x),
                sizes.target(shape, sizes.batch, sizes.seq, heads, width),
                GraphSizes.dims(sizes.batch, sizes.seq, heads, width));
        String gain = name + ".norm.gain";
        BlockFunctions.HeadInputs inputs = new BlockFunctions.HeadInputs(
                bias(name),
                weights.containsKey(gain) ? List.of(variable(gain)) : List.of(),
                model.attention().qkNorm().map(Norm::epsilon).orElse(0.0),
                rotation,
                scale);
        Value prepared = functions.heads(name + ".prepared", function, split, inputs);
        return ops.transpose(name + ".by_head", prepared, order(), 0, 2, 1, 3);
    }

    /** {@code stream + feedForward(norm(stream))}. */
    Value feedForward(int block, Value stream) {
        String p = "h." + block + ".mlp.";
        Value normed = norm(p + "norm", stream);
        Value inner;
        if (model.feedForward().gated()) {
            Value gate = product(p + "gate", normed);
            List<Value> biases = new ArrayList<>(bias(p + "gate"));
            Value up = product(p + "up", normed);
            biases.addAll(bias(p + "up"));
            inner = functions.gated(p + "inner", gate, up, biases);
        } else {
            FeedForward.Kind kind = model.feedForward().kind();
            inner = functions.gelu(p + "inner", kind, product(p + "up", normed), bias(p + "up"));
        }
        return functions.residual(p + "residual", stream, product(p + "down", inner), bias(p + "down"));
    }

    /** The last norm and the head. Returns the logits, {@code [rows of stream, vocabulary]}. */
    Value head(Value stream) {
        Value normed = norm("norm", stream);
        return model.tiedHead()
                ? ops.matmul("head.out", normed, false, variable("embedding"), true)
                : ops.matmul("head.out", normed, false, variable("head"), false);
    }

    private Value norm(String name, Value x) {
        List<Value> vectors = new ArrayList<>(List.of(variable(name + ".gain")));
        if (model.norm().kind() == Norm.Kind.LAYER) {
            vectors.add(variable(name + ".bias"));
        }
        return functions.norm(name, model.norm(), x, vectors);
    }

    private Value product(String weight, Value x) {
        return ops.matmul(weight + ".out", x, false, variable(weight), false);
    }

    private List<Value> bias(String linear) {
        return weights.containsKey(linear + ".bias") ? List.of(variable(linear + ".bias")) : List.of();
    }

    private Value variable(String name) {
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
