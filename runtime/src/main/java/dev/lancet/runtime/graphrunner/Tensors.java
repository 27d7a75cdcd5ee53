package dev.lancet.runtime.graphrunner;

import dev.lancet.dsl.LancetException;
import java.util.Optional;
import java.util.stream.IntStream;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.TensorShapeProto;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TUint8;
import org.tensorflow.types.family.TType;

/** Converts values between protos, tensors and numbers. The caller owns a returned tensor and closes it. */
final class Tensors {

    private Tensors() {}

    /** A tensor with the raw content of a proto. */
    static Tensor of(TensorProto value) {
        Class<? extends TType> type =
                switch (value.getDtype()) {
                    case DT_FLOAT -> TFloat32.class;
                    case DT_DOUBLE -> TFloat64.class;
                    case DT_INT32 -> TInt32.class;
                    case DT_INT64 -> TInt64.class;
                    case DT_UINT8 -> TUint8.class;
                    case DT_BOOL -> TBool.class;
                    default ->
                        throw new LancetException("input: " + value.getDtype()
                                + " is not fed here; compare graphs whose inputs are numbers");
                };
        Shape shape = Shape.of(value.getTensorShape().getDimList().stream()
                .mapToLong(TensorShapeProto.Dim::getSize)
                .toArray());
        return Tensor.of(type, shape, DataBuffers.of(value.getTensorContent().toByteArray(), true, true));
    }

    /** All numbers of a tensor in row-major order; empty if it is not numeric. */
    static Optional<double[]> numbers(Tensor tensor) {
        int count = Math.toIntExact(tensor.shape().size());
        var data = tensor.asRawTensor().data();
        IntStream at = IntStream.range(0, count);
        return switch (tensor.dataType()) {
            case DT_FLOAT -> {
                var floats = data.asFloats();
                yield Optional.of(at.mapToDouble(floats::getFloat).toArray());
            }
            case DT_DOUBLE -> {
                var doubles = data.asDoubles();
                yield Optional.of(at.mapToDouble(doubles::getDouble).toArray());
            }
            case DT_INT32 -> {
                var ints = data.asInts();
                yield Optional.of(at.mapToDouble(ints::getInt).toArray());
            }
            case DT_INT64 -> {
                var longs = data.asLongs();
                yield Optional.of(at.mapToDouble(longs::getLong).toArray());
            }
            case DT_BOOL, DT_INT8, DT_UINT8 ->
                Optional.of(at.mapToDouble(i -> data.getByte(i)).toArray());
            default -> Optional.empty();
        };
    }
}
