package dev.lancet.surgery;

import dev.lancet.dsl.Attention;
import dev.lancet.dsl.Position;
import dev.lancet.surgery.graph.GraphBuilder;
import dev.lancet.surgery.graph.Ops;
import dev.lancet.surgery.graph.TensorType;
import dev.lancet.surgery.graph.Value;
import java.util.List;
import org.tensorflow.proto.DataType;

/**
 * What all layers need to know about positions, computed once: the positions of the new tokens, the rotary angles, and
 * the positions that each query may attend to.
 *
 * @param positions of the new tokens, int32 {@code [seq]}
 * @param rotation cosines and sines {@code [seq, 1, headWidth / 2]}, or empty for learned positions
 * @param visible whether a query may attend to a key, {@code [group · seq, seen]}; the queries of a group follow one
 *     another
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

    private static List<Value> rotation(Ops ops, Value positions, double[] inverseFrequencies) {
        float[] frequencies = new float[inverseFrequencies.length];
        for (int i = 0; i < frequencies.length; i++) {
            frequencies[i] = (float) inverseFrequencies[i];
        }
        Value column = ops.reshape(
                "rotary.positions",
                ops.cast("positions.float", positions, DataType.DT_FLOAT),
                ops.ints("shape.positions", -1, 1, 1),
                List.of(positions.dim(0), 1L, 1L));
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
        boolean slides = attention.window() > 0;
        Value past = ops.compare(slides ? "attention_mask.past" : "attention_mask", "LessEqual", keys, column);
        if (!slides) {
            return past;
        }
        Value edge = ops.sub("window.edge", column, ops.constant("window", attention.window()));
        return ops.and("attention_mask", past, ops.compare("attention_mask.window", "Greater", keys, edge));
    }
}
