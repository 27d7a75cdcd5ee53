package dev.lancet.runtime.onnx.layer;

import dev.lancet.compression.quant.Quantizer;
import dev.lancet.dsl.Precision;
import dev.lancet.dsl.Weight;
import dev.lancet.dsl.plan.StoredMatrix;
import dev.lancet.dsl.weights.Weights;
import dev.lancet.runtime.onnx.graph.ElementType;
import dev.lancet.runtime.onnx.graph.OnnxGraph;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Puts the arrays of stored matrices into a graph, each once, whoever asks for it. */
public final class MatrixInitializers {

    private final OnnxGraph graph;
    private final Weights weights;
    private final List<String> unpacked = new ArrayList<>();

    /** The arrays of a graph, from these weights. */
    public MatrixInitializers(OnnxGraph graph, Weights weights) {
        this.graph = graph;
        this.weights = weights;
    }

    /** The names of quantized matrices that became floats, because ONNX Runtime has no product for their codes. */
    List<String> unpacked() {
        return List.copyOf(unpacked);
    }

    /** A gain or a bias. */
    String vector(Weight vector) {
        return graph.array(
                vector.name(),
                ElementType.FLOAT,
                List.of((long) vector.columns()),
                parts -> weights.readInParts(vector.name(), parts));
    }

    /** A matrix as floats, {@code [rows, columns]}: its own, widened from 16 bits, or what its codes stand for. */
    String floats(StoredMatrix matrix) {
        List<Long> shape = List.of((long) matrix.rows(), (long) matrix.columns());
        return switch (matrix.precision().format()) {
            case FLOAT32 ->
                graph.array(
                        matrix.name(), ElementType.FLOAT, shape, parts -> weights.readInParts(matrix.name(), parts));
            case BFLOAT16 -> widened(matrix, shape);
            case INT8, INT4, NF4 -> {
                String name = matrix.name() + ".floats";
                if (graph.has(name)) {
                    yield name;
                }
                unpacked.add(matrix.name());
                yield graph.floats(
                        name, shape, Quantizer.unpack(matrix, weights).values());
            }
        };
    }

    private String widened(StoredMatrix matrix, List<Long> shape) {
        String name = matrix.name() + ".floats";
        if (!graph.has(matrix.name())) {
            graph.array(matrix.name(), ElementType.BFLOAT16, shape, parts -> weights.readInParts(matrix.name(), parts));
            graph.node("Cast", name)
                    .in(matrix.name())
                    .with("to", ElementType.FLOAT.number())
                    .out();
        }
        return name;
    }

    /** Unsigned codes in blocks, {@code [channels, blocks, bytes]}. */
    String blocks(StoredMatrix matrix, QuantizedBlocks layout) {
        return graph.array(
                matrix.name(),
                ElementType.UINT8,
                List.of((long) QuantizedBlocks.channels(matrix), (long) layout.blocks(), (long) layout.blockBytes()),
                parts -> parts.accept(ByteBuffer.wrap(layout.codes(stored(matrix)))));
    }

    /** The scales of blocks, {@code [channels, blocks]}. */
    String scales(StoredMatrix matrix, QuantizedBlocks layout) {
        return graph.floats(
                Weight.scale(matrix.name()),
                List.of((long) QuantizedBlocks.channels(matrix), (long) layout.blocks()),
                layout.scales(weights));
    }

    /** The codes as they are stored, {@code [rows, columns]} signed bytes, or half bytes in row-major order. */
    String codes(StoredMatrix matrix) {
        boolean bytes = matrix.precision().format() == Precision.Format.INT8;
        return graph.array(
                matrix.name(),
                bytes ? ElementType.INT8 : ElementType.INT4,
                List.of((long) matrix.rows(), (long) matrix.columns()),
                parts -> parts.accept(
                        ByteBuffer.wrap(bytes ? stored(matrix) : Int4Packing.signed(matrix, stored(matrix)))));
    }

    /** The scales as they are stored, in float32; those of a whole channel as one vector. */
    String scales(StoredMatrix matrix) {
        float[] scales = Quantizer.scales(matrix, weights);
        long channels = QuantizedBlocks.channels(matrix);
        long groups = scales.length / channels;
        List<Long> shape = matrix.precision().group() == 0
                ? List.of(channels)
                : matrix.channels() == StoredMatrix.Channels.COLUMNS
                        ? List.of(groups, channels)
                        : List.of(channels, groups);
        return graph.floats(Weight.scale(matrix.name()), shape, scales);
    }

    private byte[] stored(StoredMatrix matrix) {
        return weights.read(matrix.name()).toArray();
    }
}
