package dev.lancet.surgery.graph;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.NodeDef;

/** Properties of TensorFlow's element types. */
public final class ElementTypes {

    private static final String PREFIX = "DT_";

    private ElementTypes() {}

    /** Bytes of an element, or 0 if elements have no fixed size: strings, resources, variants. */
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

    /** The name of a type: {@code float}, {@code int64}. */
    public static String name(DataType type) {
        return type.name()
                .substring(type.name().startsWith(PREFIX) ? PREFIX.length() : 0)
                .toLowerCase(Locale.ROOT);
    }

    /**
     * The type with a {@linkplain #name name}.
     *
     * @throws IllegalArgumentException if no type has this name
     */
    static DataType named(String name) {
        return DataType.valueOf(PREFIX + name.toUpperCase(Locale.ROOT));
    }

    /** Whether a tensor of this type can have a gradient. */
    public static boolean isFloating(DataType type) {
        return switch (type) {
            case DT_FLOAT, DT_DOUBLE, DT_BFLOAT16, DT_HALF -> true;
            default -> false;
        };
    }

    /**
     * The element type of a node's output, from the attribute that the operator registry names. Float if the node does
     * not declare it, as in the text of a graph.
     *
     * @param output index over all outputs
     */
    public static DataType of(NodeDef node, int output) {
        Optional<List<OperatorOutput>> declared = Operators.current().outputs(node.getOp());
        if (declared.isEmpty()) {
            return List.of("T", "dtype").stream()
                    .filter(node::containsAttr)
                    .findFirst()
                    .map(node::getAttrOrThrow)
                    .map(AttrValue::getType)
                    .orElse(DataType.DT_FLOAT);
        }
        int before = 0;
        for (OperatorOutput one : declared.get()) {
            int count = one.count(node);
            if (output < before + count) {
                return one.type(node, output - before).orElse(DataType.DT_FLOAT);
            }
            before += count;
        }
        return DataType.DT_INVALID;
    }
}
