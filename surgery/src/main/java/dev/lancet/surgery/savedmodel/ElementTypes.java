package dev.lancet.surgery.savedmodel;

import java.util.Locale;
import org.tensorflow.proto.DataType;

/** What is known of TensorFlow's element types. */
public final class ElementTypes {

    private ElementTypes() {}

    /** Bytes of an element, or 0 where elements have no fixed size: strings, resources, variants. */
    public static int bytes(DataType type) {
        return switch (type) {
            case DT_BOOL, DT_INT8, DT_UINT8, DT_QINT8, DT_QUINT8, DT_FLOAT8_E5M2, DT_FLOAT8_E4M3FN -> 1;
            case DT_INT16, DT_UINT16, DT_QINT16, DT_QUINT16, DT_HALF, DT_BFLOAT16 -> 2;
            case DT_FLOAT, DT_INT32, DT_UINT32, DT_QINT32 -> 4;
            case DT_DOUBLE, DT_INT64, DT_UINT64, DT_COMPLEX64 -> 8;
            case DT_COMPLEX128 -> 16;
            default -> 0;
        };
    }

    /** As a person would say it: {@code float}, {@code int64}. */
    public static String name(DataType type) {
        return type.name().substring(type.name().startsWith("DT_") ? 3 : 0).toLowerCase(Locale.ROOT);
    }
}
