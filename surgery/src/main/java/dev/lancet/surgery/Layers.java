package dev.lancet.surgery;

import dev.lancet.dsl.Attention;
import dev.lancet.dsl.FeedForward;
import dev.lancet.dsl.Norm;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.Weight;
import dev.lancet.surgery.Geometry.Dim;
import dev.lancet.surgery.graph.Form;
import dev.lancet.surgery.graph.Ops;
import dev.lancet.surgery.graph.Sketch;
import dev.lancet.surgery.graph.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.proto.DataType;

/** The layers of one graph: embedding, blocks, and the head. Activations are {@code [batch · seq, width]} throughout. */
final class Layers {

    private final Sketch sketch;
    private final Ops ops;
    private final Transformer model;
    private final Geometry geometry;
    private final Library library;
    private final Map<String, Weight> weights = new HashMap<>();
    private final Map<String, Value> constants = new HashMap<>();

    Layers(Sketch sketch, Transformer model, Geometry geometry) {
        this.sketch = sketch;
        this.ops = new Ops(sketch);
        this.model = model;
        this.geometry = geometry;
        this.library = new Library(sketch);
        model.weights().forEach(weight -> weights.put(weight.name(), weight));
    }

    /** Rows of the embedding, and of the position table if there is one. */
    Value embedded(Value ids, Value positions) {
        Value flat = ops.reshape("ids.flat", ids, rest(), List.of(geometry.rows));
        Value rows = ops.gather("embedding.rows", variable("embedding"), flat, axis(0), 0);
        if (!weights.containsKey("position")) {
            return rows;
        }
        Value grid = sketch.node("positions.grid", "BroadcastTo")
                .in(positions, geometry.grid)
                .with("T", DataType.DT_INT32)
                .with("Tidx", DataType.DT_INT32)
                .gives(new Form(DataType.DT_INT32, Geometry.dims(geometry.batch, geometry.seq)));
        Value each = ops.reshape("positions.flat", grid, rest(), List.of(geometry.rows));
        return ops.add("embedded", rows, ops.gather("position.rows", variable("position"), each, axis(0), 0));
    }

    /** Keys and values of the new tokens joined to those before, {@code [batch, kv, seen, headWidth]}. */
    @FunctionalInterface
    interface Cache {
        /** What block {@code block} attends to; the letter is {@code k} or {@code v}. */
        Value joined(int block, String letter, Value fresh);
    }

    /** {@code stream + attention(norm(stream))}. */
    Value attention(int block, Value stream, Sight sight, Cache cache) {
        String p = "h." + block + ".attn.";
        Attention a = model.attention();
        int group = a.heads() / a.kvHeads();
        Dim hd = Dim.of(a.headWidth());
        Dim rest = Dim.of(-1);
        Dim queries = geometry.times("queries.size", geometry.seq, group);
        long stacks = geometry.batch.size() < 0 ? -1 : geometry.batch.size() * a.kvHeads();

        Value normed = norm(p + "norm", stream);
        float scale = (float) (1 / Math.sqrt(a.headWidth()));
        Value q = projected(p + "q", "query", normed, a.heads(), sight.rotation(), scale);
        Value k = cache.joined(block, "k", projected(p + "k", "key", normed, a.kvHeads(), sight.rotation(), 1));
        Value v = cache.joined(block, "v", projected(p + "v", "value", normed, a.kvHeads(), List.of(), 1));

        Value queryShape = geometry.target("shape.query.grouped", rest, queries, hd);
        Value keyShape = geometry.target("shape.key.grouped", rest, geometry.seen, hd);
        List<Long> keyDims = List.of(stacks, geometry.seen.size(), hd.size());
        q = ops.reshape(p + "q.grouped", q, queryShape, List.of(stacks, queries.size(), hd.size()));
        k = ops.reshape(p + "k.grouped", k, keyShape, keyDims);
        v = ops.reshape(p + "v.grouped", v, keyShape, keyDims);

        Value scores = library.mask(p + "masked", ops.batchMatmul(p + "scores", q, false, k, true), sight.visible());
        Value mix = ops.batchMatmul(p + "mix", ops.softmax(p + "shares", scores), false, v, false);
        Dim heads = Dim.of(a.heads());
        Value split = ops.reshape(
                p + "mix.heads",
                mix,
                geometry.target("shape.mix", rest, heads, geometry.seq, hd),
                Geometry.dims(geometry.batch, heads, geometry.seq, hd));
        Value tokens = ops.transpose(p + "mix.tokens", split, order(), 0, 2, 1, 3);
        Value flat = ops.reshape(
                p + "mix.flat",
                tokens,
                geometry.target("shape.mix.flat", rest, Dim.of(a.queryWidth())),
                List.of(geometry.rows, (long) a.queryWidth()));
        return library.residual(p + "residual", stream, product(p + "o", flat), bias(p + "o"));
    }

    /** A projection, as heads that are ready to be multiplied: {@code [batch, heads, seq, headWidth]}. */
    private Value projected(String name, String function, Value x, int count, List<Value> rotation, float scale) {
        Dim heads = Dim.of(count);
        Dim width = Dim.of(model.attention().headWidth());
        String shape = function.equals("query") ? "shape.query" : "shape.key";
        Value split = ops.reshape(
                name + ".heads",
                product(name, x),
                geometry.target(shape, geometry.batch, geometry.seq, heads, width),
                Geometry.dims(geometry.batch, geometry.seq, heads, width));
        Value ready = library.heads(name + ".ready", function, split, bias(name), rotation, scale);
        return ops.transpose(name + ".turned", ready, order(), 0, 2, 1, 3);
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
            inner = library.gated(p + "inner", gate, up, biases);
        } else {
            FeedForward.Kind kind = model.feedForward().kind();
            inner = library.gelu(p + "inner", kind, product(p + "up", normed), bias(p + "up"));
        }
        return library.residual(p + "residual", stream, product(p + "down", inner), bias(p + "down"));
    }

    /** The last norm and the head: logits {@code [rows of stream, vocabulary]}. */
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
        return library.norm(name, model.norm(), x, vectors);
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
            return sketch.variable(
                    name,
                    new Form(
                            DataType.DT_FLOAT,
                            weight.shape().stream().map(Integer::longValue).toList()));
        });
    }

    /** The constant [-1]: everything in one axis. */
    Value rest() {
        return geometry.target("shape.flat", Dim.of(-1));
    }

    /** The constant axis, a scalar. */
    Value axis(int axis) {
        return geometry.scalar(Dim.of(axis));
    }

    private Value order() {
        return constants.computeIfAbsent("order.heads", name -> ops.ints(name, 0, 2, 1, 3));
    }
}
