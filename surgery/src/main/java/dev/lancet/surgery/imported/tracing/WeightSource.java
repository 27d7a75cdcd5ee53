package dev.lancet.surgery.imported.tracing;

import dev.lancet.surgery.graph.Attributes;
import dev.lancet.surgery.graph.Node;
import java.util.List;
import org.tensorflow.proto.DataType;

/** An array that a graph holds: a variable, or in a frozen graph a constant. */
public record WeightSource(Node node, DataType type, List<Long> shape) {

    /** What a node holds, if it holds something of which the shape is known; a node without that has no axes. */
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
