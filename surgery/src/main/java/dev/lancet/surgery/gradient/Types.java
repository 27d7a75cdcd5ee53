package dev.lancet.surgery.gradient;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.NodeDef;

/** The element type of each output of a node, read from its attributes. */
final class Types {

    private static final Map<String, String> ATTRIBUTE = Map.of(
            "Cast", "DstT",
            "GatherV2", "Tparams",
            "Bitcast", "type",
            "Shape", "out_type",
            "Range", "Tidx",
            "ArgMax", "output_type");

    private static final Set<String> BOOLEAN = Set.of(
            "Greater",
            "GreaterEqual",
            "Less",
            "LessEqual",
            "Equal",
            "NotEqual",
            "LogicalAnd",
            "LogicalOr",
            "LogicalNot",
            "IsFinite",
            "All",
            "Any");

    private Types() {}

    static DataType of(NodeDef node, int port) {
        if (BOOLEAN.contains(node.getOp())) {
            return DataType.DT_BOOL;
        }
        if (node.getOp().equals("VarHandleOp")) {
            return DataType.DT_RESOURCE;
        }
        Map<String, AttrValue> attributes = node.getAttrMap();
        AttrValue several = attributes.get("Tout");
        if (several != null && several.hasList()) {
            List<DataType> types = several.getList().getTypeList();
            return port < types.size() ? types.get(port) : DataType.DT_INVALID;
        }
        for (String name : List.of(ATTRIBUTE.getOrDefault(node.getOp(), "T"), "T", "dtype")) {
            AttrValue value = attributes.get(name);
            if (value != null) {
                return value.getType();
            }
        }
        // As in GraphText: what says no type is a float.
        return DataType.DT_FLOAT;
    }
}
