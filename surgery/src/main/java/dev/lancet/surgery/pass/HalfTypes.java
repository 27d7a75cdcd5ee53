package dev.lancet.surgery.pass;

import org.tensorflow.proto.DataType;

/** The floating types of 16 bits. */
final class HalfTypes {

    private HalfTypes() {}

    static boolean is(DataType type) {
        return type == DataType.DT_BFLOAT16 || type == DataType.DT_HALF;
    }
}
