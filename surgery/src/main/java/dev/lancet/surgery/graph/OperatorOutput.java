package dev.lancet.surgery.graph;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.OpDef;

/**
 * An output that an operator declares: one tensor, or a list of them.
 *
 * @param name its name in a function body
 * @param length the attribute that says how many tensors a list has; empty for one tensor
 * @param typeAttribute the attribute that says the element type; empty if the type is fixed, or if {@code length} lists types
 * @param fixedType the element type as text, {@code bool}; empty if an attribute says it
 */
record OperatorOutput(String name, String length, String typeAttribute, String fixedType) {

    private static final Pattern TEXT =
            Pattern.compile("(?<name>\\w+)(?:\\*(?<length>\\w+))?(?::(?<attribute>\\w+))?(?:=(?<fixed>\\w+))?");

    static OperatorOutput of(OpDef.ArgDef output) {
        String length = output.getTypeListAttr().isEmpty() ? output.getNumberAttr() : output.getTypeListAttr();
        boolean fixed =
                output.getTypeAttr().isEmpty() && output.getTypeListAttr().isEmpty();
        return new OperatorOutput(
                output.getName(), length, output.getTypeAttr(), fixed ? ElementTypes.name(output.getType()) : "");
    }

    /** Reads what {@link #toString} writes. */
    static OperatorOutput parse(String text) {
        Matcher matcher = TEXT.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("'" + text + "' does not declare an output of an operator");
        }
        return new OperatorOutput(
                matcher.group("name"), group(matcher, "length"), group(matcher, "attribute"), group(matcher, "fixed"));
    }

    private static String group(Matcher matcher, String name) {
        return Optional.ofNullable(matcher.group(name)).orElse("");
    }

    /** The number of tensors that a node has for this output. */
    int count(NodeDef node) {
        if (length.isEmpty()) {
            return 1;
        }
        AttrValue said = node.getAttrOrDefault(length, AttrValue.getDefaultInstance());
        return said.hasList() ? said.getList().getTypeCount() : Math.toIntExact(said.getI());
    }

    /** The element type of its tensors, or empty if the node does not say it. */
    Optional<DataType> type(NodeDef node, int index) {
        if (!fixedType.isEmpty()) {
            return Optional.of(ElementTypes.named(fixedType));
        }
        if (!typeAttribute.isEmpty()) {
            return Optional.ofNullable(node.getAttrMap().get(typeAttribute))
                    .map(AttrValue::getType)
                    .or(() -> Operators.current()
                            .byDefault(node.getOp(), typeAttribute)
                            .map(ElementTypes::named));
        }
        AttrValue types = node.getAttrOrDefault(length, AttrValue.getDefaultInstance());
        return index < types.getList().getTypeCount()
                ? Optional.of(types.getList().getType(index))
                : Optional.empty();
    }

    /** {@code y:T}, {@code z=bool}, {@code output*num_split:T}, {@code output*Tout}. */
    @Override
    public String toString() {
        return name
                + (length.isEmpty() ? "" : "*" + length)
                + (typeAttribute.isEmpty() ? "" : ":" + typeAttribute)
                + (fixedType.isEmpty() ? "" : "=" + fixedType);
    }
}
