package dev.lancet.surgery.pass;

import dev.lancet.surgery.graph.GraphBuilder;
import dev.lancet.surgery.graph.Node;
import dev.lancet.surgery.graph.Ops;
import dev.lancet.surgery.graph.TensorType;
import dev.lancet.surgery.graph.Value;
import dev.lancet.surgery.rule.Incision;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.tensorflow.proto.DataType;

/** Builds the nodes with which {@link CausalTiles} replaces the value product of one attention. */
final class TiledAttention {

    private static final float HIDDEN = -1e9f;

    private final GraphBuilder builder = GraphBuilder.graph();
    private final Ops ops = new Ops(builder);
    private final Node mix;
    private final Node shares;
    private final Node mask;
    private final Node scores;
    private final int tiles;
    private final DataType type;
    private final Value visible;
    private final long length;
    private final long group;
    private final long tile;

    TiledAttention(Node mix, Node shares, Node mask, Node scores, int tiles) {
        this.mix = mix;
        this.shares = shares;
        this.mask = mask;
        this.scores = scores;
        this.tiles = tiles;
        type = mix.type("T");
        visible = NodeQueries.taken(mask, 1, DataType.DT_BOOL);
        length = visible.dim(1);
        group = visible.dim(0) / length;
        tile = length / tiles;
    }

    Incision incision() {
        Value q = NodeQueries.taken(scores, 0, type);
        Value k = NodeQueries.taken(scores, 1, type);
        Value v = NodeQueries.taken(mix, 1, type);
        List<Value> queries = split(q);
        List<Value> mixes = new ArrayList<>();
        for (int i = 0; i < tiles; i++) {
            String at = ".tile." + i;
            Value own = shaped(q.node() + at, queries.get(i), together(q, tile));
            Value narrow = ops.batchMatmul(scores.name() + at, own, false, upTo(i, k), true);
            Value masked = hiding(i).call(builder, mask.name() + at, List.of(narrow, visible(i)), type);
            Value share = ops.softmax(shares.name() + at, masked);
            Value mixed = ops.batchMatmul(mix.name() + at, share, false, upTo(i, v), false);
            mixes.add(shaped(mix.name() + at + ".heads", mixed, apart(q, tile)));
        }
        Value axis = ops.constant("tiles.axis", axis());
        Value joined = builder.node(group == 1 ? mix.name() : mix.name() + ".heads.apart", "ConcatV2")
                .in(mixes)
                .in(axis)
                .with("N", tiles)
                .with("T", type)
                .with("Tidx", axis.type())
                .gives(type, apart(q, length));
        shaped(mix.name(), joined, together(q, length));
        return Incision.of(mix, builder);
    }

    private static Float32Function hiding(int tile) {
        return new Float32Function(
                CausalTiles.FUNCTION + tile,
                List.of("scores", "attention_mask"),
                (ops, in) -> ops.select("masked", in.get(1), in.get(0), ops.constant("hidden", HIDDEN)));
    }

    private List<Value> split(Value q) {
        Value whole = shaped(q.node() + ".heads.apart", q, apart(q, length));
        TensorType part = new TensorType(type, apart(q, tile));
        return builder.node(q.node() + ".tiles", "Split")
                .in(ops.constant("tiles.split", axis()), whole)
                .with("num_split", tiles)
                .with("T", type)
                .gives(Collections.nCopies(tiles, part));
    }

    /** The keys, or values, up to the end of a tile. */
    private Value upTo(int i, Value x) {
        return i == tiles - 1
                ? x
                : slice(x.node() + ".tile." + i, x, List.of(0L, 0L, 0L), List.of(x.dim(0), (i + 1) * tile, x.dim(2)));
    }

    /** The part of the mask that applies to the queries of a tile. */
    private Value visible(int i) {
        String name = visible.node() + ".tile." + i;
        long keys = (i + 1) * tile;
        if (group == 1) {
            return slice(name, visible, List.of(i * tile, 0L), List.of(tile, keys));
        }
        Value heads = shaped(name + ".heads.apart", visible, List.of(group, length, length));
        Value own = slice(name + ".heads", heads, List.of(0L, i * tile, 0L), List.of(group, tile, keys));
        return shaped(name, own, List.of(group * tile, keys));
    }

    private int axis() {
        return group == 1 ? 1 : 2;
    }

    /** The shape of a number of positions of each head; if several heads share keys, they have an axis of their own. */
    private List<Long> apart(Value q, long positions) {
        return group == 1 ? together(q, positions) : List.of(q.dim(0), group, positions, q.dim(2));
    }

    /** The same shape with the heads of a group one after the other. */
    private List<Long> together(Value q, long positions) {
        return List.of(q.dim(0), group * positions, q.dim(2));
    }

    private Value shaped(String name, Value x, List<Long> dims) {
        return x.dims().equals(dims) ? x : ops.reshape(name, x, ints(name + ".shape", dims), dims);
    }

    private Value slice(String name, Value x, List<Long> begin, List<Long> size) {
        return builder.node(name, "Slice")
                .in(x, ints(name + ".begin", begin), ints(name + ".size", size))
                .with("T", x.type())
                .with("Index", DataType.DT_INT32)
                .gives(x.type(), size);
    }

    private Value ints(String name, List<Long> values) {
        return ops.ints(name, values.stream().mapToInt(Math::toIntExact).toArray());
    }
}
