package dev.lancet.surgery.imported.controlflow;

import dev.lancet.dsl.LancetException;
import dev.lancet.surgery.graph.Input;
import java.util.List;
import java.util.Map;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.NodeDef;

/**
 * The output types of the nodes that surgery passes into loops and branches: variables, reads, constants, and reshapes of
 * these.
 */
final class PassedTypes {

    private PassedTypes() {}

    /**
     * The type of an output.
     *
     * @throws LancetException if the node does not declare it
     */
    static DataType type(Map<String, NodeDef> nodes, String output) {
        NodeDef node = nodes.get(Input.parse(output).node());
        if (node == null) {
            throw new IllegalStateException(output + " is passed to a body and does not exist");
        }
        if (node.getOp().equals("VarHandleOp")) {
            return DataType.DT_RESOURCE;
        }
        for (String attribute : List.of("dtype", "DstT", "type", "T")) {
            AttrValue type = node.getAttrMap().get(attribute);
            if (type != null) {
                return type.getType();
            }
        }
        throw new LancetException("surgery: the output of " + node.getName() + ", a " + node.getOp() + ","
                + " cannot be passed into a loop or branch; let the plan keep the layers in it");
    }
}
