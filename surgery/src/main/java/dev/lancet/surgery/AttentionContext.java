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
import org.tensorflow.proto.DataType;

/**
 * What all layers need to know about positions, computed once: the positions of the new tokens, the rotary angles, and
 * the positions that each query may attend to.
 *
 * @param positions of the new tokens, int32 {@code [seq]}, or {@code [batch, seq]} if each sequence has its own
 * @param rotation cosines and sines {@code [seq, 1, headWidth / 2]}, after {@code batch} if each sequence has its own
 *     positions; empty for learned positions
 * @param visible whether a query may attend to a key, {@code [group · seq, seen]}, or {@code [batch · kv, group · seq,
 *     seen]} if it depends on the sequence; the queries of a group follow one another
 */
record AttentionContext(Value positions, List<Value> rotation, Value visible) {

    static AttentionContext of(GraphBuilder builder, GraphSizes sizes, Attention attention, Position position) {
        Ops ops = new Ops(builder);
        Value positions = sizes.range("positions", sizes.past, sizes.seen, sizes.seq);
        List<Value> rotation = position instanceof Position.Rotary rotary
                ? rotation(ops, positions, rotary.inverseFrequencies(attention.headWidth()))
                : List.of();
        return new AttentionContext(positions, rotation, visible(builder, ops, sizes, attention, positions));
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
        List<Value> rotation = model.position() instanceof Position.Rotary rotary
                ? rotation(ops, positions, rotary.inverseFrequencies(attention.headWidth()))
                : List.of();
        Value places = sizes.range("places", sizes.past, sizes.seen, sizes.seq);
        Value column =
                ops.reshape("places.column", places, ops.ints("shape.column", -1, 1), List.of(places.dim(0), 1L));
        Value causal = causal(ops, "attention_mask.causal", places, column, attention.window());
        int batch = (int) positions.dim(0);
        int seq = (int) positions.dim(1);
        Value own = ops.compare(
                "segments.same",
                "Equal",
                shaped(ops, "segments.keys", segments, batch, 1, seq),
                shaped(ops, "segments.queries", segments, batch, seq, 1));
        Value visible =
                shaped(ops, "attention_mask.rows", ops.and("attention_mask.own", own, causal), batch, 1, seq, seq);
        Value each = builder.node("attention_mask.heads", "Tile")
                .in(visible, ops.ints("heads", 1, attention.heads(), 1, 1))
                .with("T", DataType.DT_BOOL)
                .with("Tmultiples", DataType.DT_INT32)
                .gives(TensorType.of(DataType.DT_BOOL, batch, attention.heads(), seq, seq));
        int stacks = batch * attention.kvHeads();
        int group = attention.heads() / attention.kvHeads();
        return new AttentionContext(positions, rotation, shaped(ops, "attention_mask", each, stacks, group * seq, seq));
    }

    private static Value shaped(Ops ops, String name, Value x, int... dims) {
        return ops.reshape(
                name,
                x,
                ops.ints(name + ".shape", dims),
                Arrays.stream(dims).mapToObj(Long::valueOf).toList());
    }

    private static List<Value> rotation(Ops ops, Value positions, double[] inverseFrequencies) {
        float[] frequencies = new float[inverseFrequencies.length];
        for (int i = 0; i < frequencies.length; i++) {
            frequencies[i] = (float) inverseFrequencies[i];
        }
        Value floats = ops.cast("positions.float", positions, DataType.DT_FLOAT);
        Value column = positions.rank() == 1
                ? ops.reshape(
                        "rotary.positions",
                        floats,
                        ops.ints("shape.positions", -1, 1, 1),
                        List.of(positions.dim(0), 1L, 1L))
                : shaped(ops, "rotary.positions", floats, (int) positions.dim(0), (int) positions.dim(1), 1, 1);
        Value angles = ops.mul("rotary.angles", column, ops.floats("rotary.frequencies", frequencies));
        return List.of(ops.unary("rotary.cos", "Cos", angles), ops.unary("rotary.sin", "Sin", angles));
    }

    private static Value visible(
            GraphBuilder builder, Ops ops, GraphSizes sizes, Attention attention, Value positions) {
        Value keys = sizes.range("keys", sizes.scalar(GraphSizes.Dim.of(0)), sizes.seen, sizes.seen);
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
        Value column =
                ops.reshape("queries.column", queries, ops.ints("shape.column", -1, 1), List.of(queries.dim(0), 1L));
        return causal(ops, "attention_mask", keys, column, attention.window());
    }

    /** Whether a key is at or before a query, and not before its window if there is one. */
    private static Value causal(Ops ops, String name, Value keys, Value queries, int window) {
        boolean slides = window > 0;
        Value past = ops.compare(slides ? "attention_mask.past" : name, "LessEqual", keys, queries);
        if (!slides) {
            return past;
        }
        Value edge = ops.sub("window.edge", queries, ops.constant("window", window));
        return ops.and(name, past, ops.compare("attention_mask.window", "Greater", keys, edge));
    }
}
