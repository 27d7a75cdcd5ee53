package dev.lancet.surgery.imported.tracing;

import dev.lancet.surgery.graph.Attributes;
import dev.lancet.surgery.graph.Node;
import java.util.List;
import org.tensorflow.proto.DataType;

/** An array stored in a graph: a variable, or a constant in a frozen graph. */
public record WeightSource(Node node, DataType type, List<Long> shape) {

    /** Whether a node stores an array of known shape. */
    static boolean holds(Node node) {
        return (node.is("VarHandleOp") || node.is("Const") || node.is("VariableV2") || node.is("Variable"))
                && !of(node).shape().contains(-1L);
    }

    public static WeightSource of(Node node) {
        if (node.is("Const")) {
            var tensor = node.definition()
                    .getAttrOrDefault("value", org.tensorflow.proto.AttrValue.getDefaultInstance())
                    .getTensor();
            return new WeightSource(node, tensor.getDtype(), Attributes.dims(tensor.getTensorShape()));
        }
        return new WeightSource(
                node,
                node.type("dtype"),
                node.attribute("shape")
                        .map(shape -> Attributes.dims(shape.getShape()))
                        .orElse(List.of()));
    }
}
