package dev.lancet.surgery.gradient;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.TensorProto;

/** The numbers inside a small integer or floating constant, however the proto packs them. */
public final class Constants {

    private Constants() {}

    /** Integers of a DT_INT32 or DT_INT64 tensor, in row-major order. */
    public static List<Long> integers(TensorProto tensor) {
        boolean wide = tensor.getDtype() == DataType.DT_INT64;
        List<Long> values = new ArrayList<>();
        if (tensor.getTensorContent().isEmpty()) {
            if (wide) {
                values.addAll(tensor.getInt64ValList());
            } else {
                tensor.getIntValList().forEach(value -> values.add(value.longValue()));
            }
        } else {
            ByteBuffer bytes = little(tensor);
            while (bytes.hasRemaining()) {
                values.add(wide ? bytes.getLong() : bytes.getInt());
            }
        }
        return filled(values, tensor, 0L);
    }

    /** The number in a DT_FLOAT or DT_DOUBLE tensor with one element. */
    static double number(TensorProto tensor) {
        boolean wide = tensor.getDtype() == DataType.DT_DOUBLE;
        if (!tensor.getTensorContent().isEmpty()) {
            return wide ? little(tensor).getDouble() : little(tensor).getFloat();
        }
        if (wide) {
            return tensor.getDoubleValCount() == 0 ? 0 : tensor.getDoubleVal(0);
        }
        return tensor.getFloatValCount() == 0 ? 0 : tensor.getFloatVal(0);
    }

    private static ByteBuffer little(TensorProto tensor) {
        return tensor.getTensorContent().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    }

    /** A TensorProto may leave out trailing repetitions of its last value. */
    private static List<Long> filled(List<Long> values, TensorProto tensor, Long nothing) {
        long elements = Attributes.dimensions(tensor.getTensorShape()).stream().reduce(1L, (a, b) -> a * b);
        Long last = values.isEmpty() ? nothing : values.get(values.size() - 1);
        values.addAll(Collections.nCopies(Math.toIntExact(elements - values.size()), last));
        return values;
    }
}
