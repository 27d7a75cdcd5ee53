package dev.lancet.runtime.translation.operator;

import dev.lancet.dsl.LancetException;
import dev.lancet.runtime.onnx.graph.ElementType;
import dev.lancet.surgery.graph.ElementTypes;
import org.tensorflow.proto.DataType;

/** The ONNX types of TensorFlow's. */
public final class ValueTypes {

    private ValueTypes() {}

    /**
     * The type of a value. 16-bit floats are computed in 32 bits, because ONNX Runtime has no products of them on
     * processors.
     *
     * @param what the value, for messages
     * @throws LancetException if there is none
     */
    public static ElementType of(DataType type, String what) {
        return switch (type) {
            case DT_FLOAT, DT_BFLOAT16 -> ElementType.FLOAT;
            case DT_INT32 -> ElementType.INT32;
            case DT_INT64 -> ElementType.INT64;
            case DT_BOOL -> ElementType.BOOL;
            case DT_UINT8 -> ElementType.UINT8;
            case DT_INT8 -> ElementType.INT8;
            default ->
                throw new LancetException("onnx: " + what + " is of type " + ElementTypes.name(type)
                        + "; only float, bfloat16, int8, uint8, int32, int64 and bool have a translation");
        };
    }
}
