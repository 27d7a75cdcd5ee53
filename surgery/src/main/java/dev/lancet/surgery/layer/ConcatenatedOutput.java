package dev.lancet.surgery.layer;

import dev.lancet.surgery.graph.Attributes;
import dev.lancet.surgery.graph.GraphBuilder;
import dev.lancet.surgery.graph.Input;
import dev.lancet.surgery.graph.Ops;
import dev.lancet.surgery.graph.TensorType;
import dev.lancet.surgery.graph.Value;
import dev.lancet.surgery.imported.GraphExtension;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.TensorInfo;

/**
 * Draws the nodes that give a signature the output {@link #NAME}, {@code [batch, elements]}: several tensors of the graph,
 * each scaled, row by row one after the other.
 *
 * <pre>
 * recovery.0.rows   = Reshape(tensor, [-1, elements])
 * recovery.0.scaled = Mul(recovery.0.rows, scale)
 * recovery.joined   = ConcatV2(recovery.0.scaled, recovery.1.scaled, …)
 * </pre>
 *
 * Where a mask excludes positions, {@code Mul(Reshape(tensor, [-1, positions, width]), mask)} takes the place of the tensor.
 */
public final class ConcatenatedOutput {

    /** The output. */
    public static final String NAME = "recovery.joined";

    private final GraphBuilder builder = GraphBuilder.graph();
    private final Ops ops = new Ops(builder);

    private ConcatenatedOutput() {}

    /**
     * A tensor of the graph.
     *
     * @param tensor its name, as {@code node:port}; its first axis counts the rows
     * @param elements its elements per row
     * @param scale what each element is multiplied with
     * @param mask which positions are 0 instead; empty if all elements count
     */
    public record Part(String tensor, int elements, float scale, Optional<Mask> mask) {}

    /**
     * A mask over positions.
     *
     * @param input the input {@code [batch, positions]} that is 0 where a position does not count
     * @param positions the number of positions
     */
    public record Mask(TensorInfo input, int positions) {}

    /**
     * Joins tensors.
     *
     * @param signature the signature that gains the output
     * @param parts at least two
     */
    public static GraphExtension of(String signature, List<Part> parts) {
        ConcatenatedOutput drawn = new ConcatenatedOutput();
        List<Value> scaled = new ArrayList<>();
        for (int i = 0; i < parts.size(); i++) {
            Part part = parts.get(i);
            String name = "recovery." + i;
            Value tensor = value(part.tensor(), DataType.DT_FLOAT);
            Value counted = part.mask()
                    .map(mask -> drawn.counted(name, tensor, mask, part.elements()))
                    .orElse(tensor);
            Value rows = drawn.reshape(name + ".rows", counted, -1, part.elements());
            scaled.add(drawn.ops.mul(name + ".scaled", rows, drawn.ops.constant(name + ".scale", part.scale())));
        }
        long elements = parts.stream().mapToLong(Part::elements).sum();
        drawn.join(scaled, elements);
        TensorInfo info = TensorInfo.newBuilder()
                .setName(NAME + ":0")
                .setDtype(DataType.DT_FLOAT)
                .setTensorShape(Attributes.shape(List.of(-1L, elements)))
                .build();
        return new GraphExtension(signature, drawn.nodes(), Map.of(NAME, info), Map.of());
    }

    private Value counted(String name, Value tensor, Mask mask, int elements) {
        Value given = value(mask.input().getName(), mask.input().getDtype());
        // Any number but 0 counts as 1.
        Value flags = ops.cast(name + ".mask.flags", given, DataType.DT_BOOL);
        Value numbers = ops.cast(name + ".mask.numbers", flags, DataType.DT_FLOAT);
        Value columns = reshape(name + ".mask", numbers, -1, mask.positions(), 1);
        Value vectors = reshape(name + ".vectors", tensor, -1, mask.positions(), elements / mask.positions());
        return ops.mul(name + ".counted", vectors, columns);
    }

    private void join(List<Value> scaled, long elements) {
        List<Value> inputs = new ArrayList<>(scaled);
        inputs.add(ops.constant("recovery.axis", 1));
        builder.node(NAME, "ConcatV2")
                .in(inputs)
                .with("N", scaled.size())
                .with("T", DataType.DT_FLOAT)
                .with("Tidx", DataType.DT_INT32)
                .gives(TensorType.of(DataType.DT_FLOAT, -1, elements));
    }

    private Value reshape(String name, Value x, int... dims) {
        return ops.reshape(
                name,
                x,
                ops.ints(name + ".shape", dims),
                Arrays.stream(dims).asLongStream().boxed().toList());
    }

    private static Value value(String tensor, DataType type) {
        Input input = Input.parse(tensor);
        return new Value(input.node(), input.port(), TensorType.of(type, -1));
    }

    /** The nodes without shapes, which the graph around them does not declare either. */
    private List<NodeDef> nodes() {
        return builder.toGraph().getNodeList().stream()
                .map(node -> node.toBuilder().removeAttr(Attributes.SHAPES).build())
                .toList();
    }
}
