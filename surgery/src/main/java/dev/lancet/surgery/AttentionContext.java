package dev.lancet.surgery;

import dev.lancet.dsl.Attention;
import dev.lancet.dsl.Position;
import dev.lancet.dsl.Transformer;
import dev.lancet.surgery.graph.GraphBuilder;
import dev.lancet.surgery.graph.Ops;
import dev.lancet.surgery.graph.TensorType;
import dev.lancet.surgery.graph.Value;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.tensorflow.proto.DataType;

/**
 * What all layers need to know about positions, computed once: the positions of the new tokens, and what the attention of a
 * block knows of them.
 *
 * @param positions of the new tokens, int32 {@code [seq]}, or {@code [batch, seq]} if each sequence has its own
 * @param usual of all blocks without an own form
 * @param variant of the blocks of {@link Transformer#variant()}, if there are any
 */
record AttentionContext(Value positions, View usual, Optional<View> variant) {

    /** Names of the nodes that serve the blocks with an own form begin with this. */
    private static final String VARIANT = "variant.";

    /**
     * What the attention of a block sees of the positions.
     *
     * @param rotation cosines and sines {@code [seq, 1, rotated / 2]}, after {@code batch} if each sequence has its own
     *     positions; empty if nothing is rotated
     * @param visible whether a query may attend to a key, {@code [group · seq, seen]}, or {@code [batch · kv, group · seq,
     *     seen]} if it depends on the sequence; the queries of a group follow one another
     */
    record View(List<Value> rotation, Value visible) {}

    /** The mask of a view, for queries that see this many positions, or all if it is 0. */
    @FunctionalInterface
    private interface Mask {
        Value of(String prefix, int window);
    }

    /** The view of a block. */
    View view(Transformer model, int block) {
        return variant.filter(some -> inVariant(model, block)).orElse(usual);
    }

    /** Whether a block has a form of its own. */
    static boolean inVariant(Transformer model, int block) {
        return model.variant().filter(some -> some.blocks().contains(block)).isPresent();
    }

    /** The context of plain sequences. */
    static AttentionContext of(GraphBuilder builder, GraphSizes sizes, Transformer model) {
        Ops ops = new Ops(builder);
        Value positions = sizes.range("positions", sizes.past, sizes.seen, sizes.seq);
        Value keys = sizes.range("keys", sizes.scalar(GraphSizes.Dim.of(0)), sizes.seen, sizes.seen);
        Value column = column(builder, ops, model.attention(), positions);
        return viewed(
                ops,
                model,
                positions,
                (prefix, window) -> causal(ops, prefix + "attention_mask", keys, column, window));
    }

    /**
     * The context of sequences that are filled up to one length. Whether a query sees keys behind it is a matter of the
     * model's attention.
     *
     * @param mask 1 where a position has a token and 0 where it is filled up, int32 {@code [batch, seq]}
     */
    static AttentionContext filledUp(GraphBuilder builder, GraphSizes sizes, Transformer model, Value mask) {
        Ops ops = new Ops(builder);
        Attention attention = model.attention();
        GraphSizes.Dim one = GraphSizes.Dim.of(1);
        GraphSizes.Dim heads = GraphSizes.Dim.of(attention.kvHeads());
        Value positions = sizes.range("positions", sizes.past, sizes.seen, sizes.seq);
        Value real = ops.compare("tokens.real", "NotEqual", mask, ops.constant("tokens.none", 0));
        Value rows = ops.reshape(
                "tokens.rows",
                real,
                sizes.target("shape.tokens", sizes.batch, one, one, sizes.seq),
                GraphSizes.dims(sizes.batch, one, one, sizes.seq));
        Value each = builder.node("tokens.heads", "Tile")
                .in(rows, ops.ints("heads", 1, attention.kvHeads(), 1, 1))
                .with("T", DataType.DT_BOOL)
                .with("Tmultiples", DataType.DT_INT32)
                .gives(new TensorType(DataType.DT_BOOL, GraphSizes.dims(sizes.batch, heads, one, sizes.seq)));
        long stacks = sizes.batch.size() < 0 ? -1 : sizes.batch.size() * attention.kvHeads();
        Value seen = ops.reshape(
                "tokens.visible",
                each,
                sizes.target("shape.visible", GraphSizes.Dim.of(-1), one, sizes.seq),
                List.of(stacks, 1L, sizes.seq.size()));
        boolean everything = attention.bidirectional()
                && attention.window() == 0
                && model.variant().filter(some -> some.window() != 0).isEmpty();
        Value column = everything ? positions : column(builder, ops, attention, positions);
        return viewed(ops, model, positions, (prefix, window) -> {
            if (!attention.bidirectional()) {
                return ops.and(
                        prefix + "visible", seen, causal(ops, prefix + "visible.order", positions, column, window));
            }
            if (window == 0) {
                return seen;
            }
            Value distance = ops.unary(
                    prefix + "visible.distance", "Abs", ops.sub(prefix + "visible.offset", positions, column));
            Value edge = ops.constant(prefix + "visible.edge", window / 2);
            Value near = ops.compare(prefix + "visible.near", "LessEqual", distance, edge);
            return ops.and(prefix + "visible", seen, near);
        });
    }

    /**
     * The context of sequences that hold several examples: a token attends to earlier tokens of its own example only.
     * All sizes must be known.
     *
     * @param positions the position of each token in its example, int32 {@code [batch, seq]}
     * @param segments the number of the example that each token belongs to, int32 {@code [batch, seq]}
     */
    static AttentionContext packed(
            GraphBuilder builder, GraphSizes sizes, Transformer model, Value positions, Value segments) {
        Ops ops = new Ops(builder);
        Attention attention = model.attention();
        Value places = sizes.range("places", sizes.past, sizes.seen, sizes.seq);
        Value column =
                ops.reshape("places.column", places, ops.ints("shape.column", -1, 1), List.of(places.dim(0), 1L));
        int batch = (int) positions.dim(0);
        int seq = (int) positions.dim(1);
        Value own = ops.compare(
                "segments.same",
                "Equal",
                shaped(ops, "segments.keys", segments, batch, 1, seq),
                shaped(ops, "segments.queries", segments, batch, seq, 1));
        int stacks = batch * attention.kvHeads();
        int group = attention.heads() / attention.kvHeads();
        return viewed(ops, model, positions, (prefix, window) -> {
            String name = prefix + "attention_mask";
            Value causal = causal(ops, name + ".causal", places, column, window);
            Value visible = shaped(ops, name + ".rows", ops.and(name + ".own", own, causal), batch, 1, seq, seq);
            Value each = builder.node(name + ".heads", "Tile")
                    .in(visible, ops.ints(prefix + "heads", 1, attention.heads(), 1, 1))
                    .with("T", DataType.DT_BOOL)
                    .with("Tmultiples", DataType.DT_INT32)
                    .gives(TensorType.of(DataType.DT_BOOL, batch, attention.heads(), seq, seq));
            return shaped(ops, name, each, stacks, group * seq, seq);
        });
    }

    private static AttentionContext viewed(Ops ops, Transformer model, Value positions, Mask mask) {
        int headWidth = model.attention().headWidth();
        View usual = new View(
                rotation(ops, "", positions, model.position(), headWidth),
                mask.of("", model.attention().window()));
        return new AttentionContext(
                positions,
                usual,
                model.variant()
                        .map(some -> new View(
                                rotation(ops, VARIANT, positions, some.position(), headWidth),
                                mask.of(VARIANT, some.window()))));
    }

    private static Value shaped(Ops ops, String name, Value x, int... dims) {
        return ops.reshape(
                name,
                x,
                ops.ints(name + ".shape", dims),
                Arrays.stream(dims).mapToObj(Long::valueOf).toList());
    }

    private static List<Value> rotation(Ops ops, String prefix, Value positions, Position position, int headWidth) {
        if (!(position instanceof Position.Rotary rotary)) {
            return List.of();
        }
        double[] inverseFrequencies = rotary.inverseFrequencies(headWidth);
        float[] frequencies = new float[inverseFrequencies.length];
        for (int i = 0; i < frequencies.length; i++) {
            frequencies[i] = (float) inverseFrequencies[i];
        }
        Value floats = ops.cast(prefix + "positions.float", positions, DataType.DT_FLOAT);
        Value column = positions.rank() == 1
                ? ops.reshape(
                        prefix + "rotary.positions",
                        floats,
                        ops.ints(prefix + "shape.positions", -1, 1, 1),
                        List.of(positions.dim(0), 1L, 1L))
                : shaped(
                        ops, prefix + "rotary.positions", floats, (int) positions.dim(0), (int) positions.dim(1), 1, 1);
        Value angles =
                ops.mul(prefix + "rotary.angles", column, ops.floats(prefix + "rotary.frequencies", frequencies));
        return List.of(
                ops.unary(prefix + "rotary.cos", "Cos", angles), ops.unary(prefix + "rotary.sin", "Sin", angles));
    }

    /** The positions of the queries of a group, one after the other, {@code [group · seq, 1]}. */
    private static Value column(GraphBuilder builder, Ops ops, Attention attention, Value positions) {
        int group = attention.heads() / attention.kvHeads();
        Value queries = positions;
        if (group > 1) {
            long length = positions.dim(0) < 0 ? -1 : group * positions.dim(0);
            queries = builder.node("queries", "Tile")
                    .in(positions, ops.ints("group", group))
                    .with("T", DataType.DT_INT32)
                    .with("Tmultiples", DataType.DT_INT32)
                    .gives(TensorType.of(DataType.DT_INT32, length));
        }
        return ops.reshape("queries.column", queries, ops.ints("shape.column", -1, 1), List.of(queries.dim(0), 1L));
    }

    /** Whether a key is at or before a query, and not before its window if there is one. */
    private static Value causal(Ops ops, String name, Value keys, Value queries, int window) {
        boolean slides = window > 0;
        Value past = ops.compare(slides ? name + ".past" : name, "LessEqual", keys, queries);
        if (!slides) {
            return past;
        }
        String edge = name.startsWith(VARIANT) ? VARIANT + "window" : "window";
        Value first = ops.sub(edge + ".edge", queries, ops.constant(edge, window));
        return ops.and(name, past, ops.compare(name + ".window", "Greater", keys, first));
    }
}
