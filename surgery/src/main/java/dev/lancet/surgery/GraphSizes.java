package dev.lancet.surgery;

import dev.lancet.surgery.graph.GraphBuilder;
import dev.lancet.surgery.graph.Ops;
import dev.lancet.surgery.graph.TensorType;
import dev.lancet.surgery.graph.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.proto.DataType;

/**
 * The sizes of a graph. In training graphs they are known when the graph is built; scoring and decoding graphs read them
 * from their input at run time. The same code therefore builds the blocks of all three. Each target shape of a Reshape is
 * one node, computed once and shared by all layers.
 */
final class GraphSizes {

    private final GraphBuilder builder;
    private final Ops ops;
    private final Map<Long, Value> sizes = new HashMap<>();
    private final Map<String, Value> targets = new HashMap<>();

    /** The number of sequences, and the number of new tokens in each. */
    final Dim batch;

    final Dim seq;
    /** The number of positions that are attended to: the earlier ones plus the new ones. */
    final Dim seen;

    /** The first position of the new tokens, an int32 scalar. */
    final Value past;

    /** The shape of {@code ids}, an int32 vector {@code [2]}. */
    final Value grid;

    /** The number of rows of two-dimensional activations: batch · seq, or -1 if it is known only at run time. */
    final long rows;

    /** A size: a number, or an int32 scalar whose value is known only at run time. */
    record Dim(long size, List<Value> scalar) {
        static Dim of(long size) {
            return new Dim(size, List.of());
        }

        static Dim of(Value scalar) {
            return new Dim(-1, List.of(scalar));
        }
    }

    private GraphSizes(GraphBuilder builder, Dim batch, Dim seq, Dim seen, Value past, Value grid) {
        this.builder = builder;
        this.ops = new Ops(builder);
        this.batch = batch;
        this.seq = seq;
        this.seen = seen;
        this.past = past;
        this.grid = grid;
        this.rows = batch.size() < 0 ? -1 : Math.toIntExact(batch.size() * seq.size());
    }

    /** All sizes are known. */
    static GraphSizes fixed(GraphBuilder builder, int batch, int seq) {
        Ops ops = new Ops(builder);
        Value grid = ops.ints("ids.shape", batch, seq);
        Value past = ops.constant("past", 0);
        return new GraphSizes(builder, Dim.of(batch), Dim.of(seq), Dim.of(seq), past, grid);
    }

    /** The sizes of {@code ids}, with no positions before it. */
    static GraphSizes of(GraphBuilder builder, Value ids) {
        Value past = new Ops(builder).constant("past", 0);
        List<Value> sizes = measured(builder, ids);
        Dim seq = Dim.of(sizes.get(2));
        return new GraphSizes(builder, Dim.of(sizes.get(1)), seq, seq, past, sizes.get(0));
    }

    /** The sizes of {@code ids}, with {@code past} positions before it. */
    static GraphSizes after(GraphBuilder builder, Value ids, Value past) {
        List<Value> sizes = measured(builder, ids);
        Value seen = new Ops(builder).add("seen", past, sizes.get(2));
        return new GraphSizes(builder, Dim.of(sizes.get(1)), Dim.of(sizes.get(2)), Dim.of(seen), past, sizes.get(0));
    }

    private static List<Value> measured(GraphBuilder builder, Value ids) {
        Value shape = builder.node("ids.shape", "Shape")
                .in(ids)
                .with("T", ids.type())
                .with("out_type", DataType.DT_INT32)
                .gives(TensorType.of(DataType.DT_INT32, 2));
        TensorType scalar = TensorType.of(DataType.DT_INT32);
        List<Value> sizes = builder.node("ids.sizes", "Unpack")
                .in(shape)
                .with("num", 2)
                .with("T", DataType.DT_INT32)
                .with("axis", 0)
                .gives(List.of(scalar, scalar));
        return List.of(shape, sizes.get(0), sizes.get(1));
    }

    /** A size times a number. If the size is known only at run time, a node that is built at its first use. */
    Dim times(String name, Dim size, int factor) {
        if (size.size() >= 0) {
            return Dim.of(size.size() * factor);
        }
        if (factor == 1) {
            return size;
        }
        return Dim.of(targets.computeIfAbsent(
                name, unknown -> ops.mul(name, size.scalar().get(0), scalar(Dim.of(factor)))));
    }

    /** A size as an int32 scalar. */
    Value scalar(Dim size) {
        return size.scalar().isEmpty()
                ? sizes.computeIfAbsent(
                        size.size(),
                        number -> ops.constant(number < 0 ? "size.rest" : "size." + number, Math.toIntExact(number)))
                : size.scalar().get(0);
    }

    /** The target shape of a Reshape, built at its first use. A dimension of -1 takes the remaining elements. */
    Value target(String name, Dim... dims) {
        return targets.computeIfAbsent(name, unknown -> draw(name, List.of(dims)));
    }

    private Value draw(String name, List<Dim> dims) {
        if (dims.stream().allMatch(dim -> dim.scalar().isEmpty())) {
            return ops.ints(
                    name,
                    dims.stream().mapToInt(dim -> Math.toIntExact(dim.size())).toArray());
        }
        List<Value> scalars = new ArrayList<>();
        dims.forEach(dim -> scalars.add(scalar(dim)));
        return builder.node(name, "Pack")
                .in(scalars)
                .with("N", scalars.size())
                .with("T", DataType.DT_INT32)
                .with("axis", 0)
                .gives(TensorType.of(DataType.DT_INT32, scalars.size()));
    }

    /** An int32 vector of consecutive numbers. */
    Value range(String name, Value from, Dim end, Dim length) {
        return builder.node(name, "Range")
                .in(from, scalar(end), scalar(Dim.of(1)))
                .with("Tidx", DataType.DT_INT32)
                .gives(TensorType.of(DataType.DT_INT32, length.size()));
    }

    /** A placeholder of int32 values, one for each new token. */
    static Value tokens(GraphBuilder builder, String name, int batch, int seq) {
        return builder.placeholder(name, TensorType.of(DataType.DT_INT32, batch, seq));
    }

    /** The dimensions in the form of a shape attribute. */
    static List<Long> dims(Dim... dims) {
        return List.of(dims).stream().map(Dim::size).toList();
    }
}
