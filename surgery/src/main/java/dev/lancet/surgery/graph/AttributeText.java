package dev.lancet.surgery.graph;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.TensorShapeProto;

/** Attributes in the text of a graph: which are shown, and how. */
final class AttributeText {

    /** Shown elsewhere, or of no meaning for what is computed. */
    private static final Set<String> SILENT = Set.of("_output_shapes", "_class", "_has_manual_control_dependencies");

    /** Types of indices, which are int32 unless somebody says otherwise. */
    private static final Set<String> INDEX_TYPES = Set.of(
            "Tidx", "Tindices", "Taxis", "Tshape", "Tperm", "Tmultiples", "Tpaddings", "Tdim", "Index", "out_type");

    /** Flags and numbers whose default in TensorFlow's op registry is false or 0. */
    private static final Set<String> OFF = Set.of(
            "transpose_a",
            "transpose_b",
            "adj_x",
            "adj_y",
            "grad_x",
            "grad_y",
            "grad_a",
            "grad_b",
            "keep_dims",
            "batch_dims",
            "exclusive",
            "reverse",
            "axis",
            "Truncate",
            "use_locking",
            "validate_shape",
            "use_nesterov",
            "begin_mask",
            "end_mask",
            "ellipsis_mask",
            "new_axis_mask",
            "shrink_axis_mask",
            "seed",
            "seed2");

    /** Strings whose default is empty. */
    private static final Set<String> EMPTY = Set.of(
            "container",
            "shared_name",
            "debug_name",
            "message",
            "config",
            "config_proto",
            "executor_type",
            "allowed_devices");

    private AttributeText() {}

    /** The attributes of a node that matter and are not among these, each after a space. */
    static String others(Node node, String... shown) {
        Map<String, AttrValue> attributes = new TreeMap<>(node.definition().getAttrMap());
        attributes.keySet().removeAll(List.of(shown));
        if (attributes.containsKey("shared_name")
                && attributes.get("shared_name").getS().toStringUtf8().equals(node.name())) {
            attributes.remove("shared_name");
        }
        return of(attributes);
    }

    /** These attributes as far as they matter, each after a space. */
    static String of(Map<String, AttrValue> attributes) {
        return new TreeMap<>(attributes)
                .entrySet().stream()
                        .filter(entry -> matters(entry.getKey(), entry.getValue()))
                        .map(entry -> " " + one(entry.getKey(), entry.getValue()))
                        .collect(Collectors.joining());
    }

    private static boolean matters(String name, AttrValue value) {
        return !SILENT.contains(name)
                && switch (value.getValueCase()) {
                    case TYPE ->
                        value.getType() != (INDEX_TYPES.contains(name) ? DataType.DT_INT32 : DataType.DT_FLOAT);
                    case B -> value.getB() || !OFF.contains(name);
                    case I -> value.getI() != 0 || !OFF.contains(name);
                    case S -> !value.getS().isEmpty() || !EMPTY.contains(name);
                    case LIST -> listMatters(name, value.getList());
                    default -> true;
                };
    }

    private static boolean listMatters(String name, AttrValue.ListValue list) {
        return list.getSerializedSize() == 0
                ? !EMPTY.contains(name)
                : list.getTypeCount() == 0 || list.getTypeList().stream().anyMatch(type -> type != DataType.DT_FLOAT);
    }

    private static String one(String name, AttrValue value) {
        return value.getValueCase() == AttrValue.ValueCase.B && value.getB() ? name : name + "=" + value(value);
    }

    private static String value(AttrValue value) {
        return switch (value.getValueCase()) {
            case S -> string(value.getS());
            case I -> Long.toString(value.getI());
            case F -> Float.toString(value.getF());
            case B -> Boolean.toString(value.getB());
            case TYPE -> type(value.getType());
            case SHAPE -> "shape" + shape(value.getShape());
            case TENSOR -> type(value.getTensor().getDtype()) + " " + ConstantText.of(value.getTensor());
            case LIST -> list(value.getList());
            case FUNC -> "@" + value.getFunc().getName() + of(value.getFunc().getAttrMap());
            case PLACEHOLDER -> "$" + value.getPlaceholder();
            case VALUE_NOT_SET -> "none";
        };
    }

    private static String list(AttrValue.ListValue list) {
        List<Stream<String>> kinds = new ArrayList<>();
        kinds.add(list.getSList().stream().map(AttributeText::string));
        kinds.add(list.getIList().stream().map(String::valueOf));
        kinds.add(list.getFList().stream().map(String::valueOf));
        kinds.add(list.getBList().stream().map(String::valueOf));
        kinds.add(list.getTypeList().stream().map(AttributeText::type));
        kinds.add(list.getShapeList().stream().map(AttributeText::shape));
        kinds.add(list.getFuncList().stream().map(func -> "@" + func.getName()));
        kinds.add(list.getTensorList().stream().map(ConstantText::of));
        return kinds.stream().flatMap(kind -> kind).collect(Collectors.joining(",", "[", "]"));
    }

    private static String string(ByteString text) {
        return text.isValidUtf8()
                ? '"'
                        + text.toStringUtf8()
                                .replace("\\", "\\\\")
                                .replace("\"", "\\\"")
                                .replace("\n", "\\n")
                        + '"'
                : ConstantText.hash(text);
    }

    /** {@code float}, {@code int32}, {@code resource}. */
    static String type(DataType type) {
        return type.name().substring("DT_".length()).toLowerCase(Locale.ROOT);
    }

    /** {@code [2,-1]}, or {@code [?]} where the rank is unknown. */
    static String shape(TensorShapeProto shape) {
        return shape.getUnknownRank()
                ? "[?]"
                : shape.getDimList().stream()
                        .map(dimension -> Long.toString(dimension.getSize()))
                        .collect(Collectors.joining(",", "[", "]"));
    }
}
