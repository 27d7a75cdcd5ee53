package dev.lancet.surgery.graph;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.TensorShapeProto;

/** The attributes in the text of a graph: which ones are shown, and how. */
final class AttributeText {

    /**
     * Attributes that begin with an underscore are TensorFlow's internal notes, and every version adds some. Only these
     * change the computation.
     */
    private static final Set<String> TELLING =
            Set.of("_XlaMustCompile", "_XlaCompile", "_noinline", "_gradient_op_type");

    /**
     * Attributes without an effect on the computation: the machine that wrote the graph, and a name for error messages.
     */
    private static final Set<String> SILENT = Set.of("config_proto", "debug_name");

    /** Attributes with types of indices; int32 is the usual value. */
    private static final Set<String> INDEX_TYPES = Set.of(
            "Tidx", "Tindices", "Taxis", "Tshape", "Tperm", "Tmultiples", "Tpaddings", "Tdim", "Index", "out_type");

    /** Longer strings are shown as a hash. */
    private static final int LONGEST = 200;

    private AttributeText() {}

    /** The attributes of a node that matter, except these, each after a space. */
    static String others(Node node, String... shown) {
        Map<String, AttrValue> attributes = new TreeMap<>(node.definition().getAttrMap());
        attributes.keySet().removeAll(List.of(shown));
        if (attributes.containsKey("shared_name")
                && attributes.get("shared_name").getS().toStringUtf8().equals(node.name())) {
            attributes.remove("shared_name");
        }
        return of(node.op(), attributes);
    }

    /** The attributes of an operator that matter, each after a space. */
    static String of(String op, Map<String, AttrValue> attributes) {
        return new TreeMap<>(attributes)
                .entrySet().stream()
                        .filter(entry -> matters(op, entry.getKey(), entry.getValue()))
                        .map(entry -> " " + one(entry.getKey(), entry.getValue()))
                        .collect(Collectors.joining());
    }

    private static boolean matters(String op, String name, AttrValue value) {
        if (name.startsWith("_") ? !TELLING.contains(name) : SILENT.contains(name)) {
            return false;
        }
        Optional<String> usual = Operators.current().byDefault(op, name);
        return usual.map(text -> !text.equals(value(value))).orElseGet(() -> switch (value.getValueCase()) {
            case TYPE -> value.getType() != usual(name);
            case LIST -> listMatters(value.getList());
            default -> true;
        });
    }

    /** The type that the text omits for an attribute that has no default. */
    private static DataType usual(String name) {
        return INDEX_TYPES.contains(name) ? DataType.DT_INT32 : DataType.DT_FLOAT;
    }

    private static boolean listMatters(AttrValue.ListValue list) {
        return list.getTypeCount() == 0 || list.getTypeList().stream().anyMatch(type -> type != DataType.DT_FLOAT);
    }

    private static String one(String name, AttrValue value) {
        return value.getValueCase() == AttrValue.ValueCase.B && value.getB() ? name : name + "=" + value(value);
    }

    /** A value in the syntax of the text. */
    static String value(AttrValue value) {
        return switch (value.getValueCase()) {
            case S -> string(value.getS());
            case I -> Long.toString(value.getI());
            case F -> Float.toString(value.getF());
            case B -> Boolean.toString(value.getB());
            case TYPE -> type(value.getType());
            case SHAPE -> "shape" + shape(value.getShape());
            case TENSOR -> type(value.getTensor().getDtype()) + " " + ConstantText.of(value.getTensor());
            case LIST -> list(value.getList());
            case FUNC ->
                "@" + value.getFunc().getName() + of("", value.getFunc().getAttrMap());
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

    /** The string in quotes, or its hash if it is long or is not text. */
    static String string(ByteString bytes) {
        String text = bytes.isValidUtf8() ? bytes.toStringUtf8() : "";
        boolean readable = bytes.isValidUtf8()
                && text.length() <= LONGEST
                && text.chars().allMatch(c -> !Character.isISOControl(c) || c == '\n' || c == '\r' || c == '\t');
        return readable
                ? '"'
                        + text.replace("\\", "\\\\")
                                .replace("\"", "\\\"")
                                .replace("\n", "\\n")
                                .replace("\r", "\\r")
                                .replace("\t", "\\t")
                        + '"'
                : ConstantText.hash(bytes);
    }

    /** {@code float}, {@code int32}, {@code resource}. */
    static String type(DataType type) {
        return ElementTypes.name(type);
    }

    /** {@code [2,-1]}, or {@code [?]} if the rank is unknown. */
    static String shape(TensorShapeProto shape) {
        return shape.getUnknownRank()
                ? "[?]"
                : shape.getDimList().stream()
                        .map(dimension -> Long.toString(dimension.getSize()))
                        .collect(Collectors.joining(",", "[", "]"));
    }
}
