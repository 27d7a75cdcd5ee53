package dev.lancet.surgery.savedmodel;

import com.google.protobuf.ByteString;
import dev.lancet.surgery.graph.Attributes;
import dev.lancet.surgery.graph.Node;
import java.util.ArrayList;
import java.util.List;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.SaverDef;
import org.tensorflow.proto.TensorProto;

/**
 * The nodes that save and restore the variables of a graph under their names. TensorFlow runs them when it loads a
 * SavedModel:
 *
 * <pre>
 * saver.file     = Placeholder
 * saver.restore  = RestoreV2(saver.file, saver.names, saver.slices)
 * X.restored     = AssignVariableOp(X, saver.restore:i), for every variable X
 * saver.restored = NoOp(^X.restored, ...)
 * X.saved        = ReadVariableOp(X)
 * saver.save     = SaveV2(saver.file, saver.names, saver.slices, X.saved, ...)
 * saver.saved    = Identity(saver.file, ^saver.save)
 * </pre>
 */
public final class SaverNodes {

    private SaverNodes() {}

    /** Adds them to a graph; a graph without variables gets none. */
    public static MetaGraphDef into(MetaGraphDef meta, List<Node> variables) {
        MetaGraphDef.Builder saved = meta.toBuilder().clearSaverDef();
        if (variables.isEmpty()) {
            return saved.build();
        }
        saved.getGraphDefBuilder().addAllNode(nodes(variables));
        return saved.setSaverDef(SaverDef.newBuilder()
                        .setFilenameTensorName("saver.file:0")
                        .setSaveTensorName("saver.saved:0")
                        .setRestoreOpName("saver.restored")
                        .setVersion(SaverDef.CheckpointFormatVersion.V2))
                .build();
    }

    private static List<NodeDef> nodes(List<Node> variables) {
        List<String> names = variables.stream().map(Node::name).toList();
        List<DataType> types =
                variables.stream().map(node -> node.type("dtype")).toList();
        List<NodeDef> nodes = new ArrayList<>();
        nodes.add(node("saver.file", "Placeholder")
                .putAttr("dtype", Attributes.of(DataType.DT_STRING))
                .putAttr("shape", Attributes.of(List.<Long>of()))
                .build());
        nodes.add(strings("saver.names", names));
        nodes.add(strings("saver.slices", names.stream().map(name -> "").toList()));
        nodes.add(node("saver.restore", "RestoreV2", "saver.file", "saver.names", "saver.slices")
                .putAttr("dtypes", Attributes.types(types))
                .build());
        NodeDef.Builder save = node("saver.save", "SaveV2", "saver.file", "saver.names", "saver.slices")
                .putAttr("dtypes", Attributes.types(types));
        NodeDef.Builder restored = node("saver.restored", "NoOp");
        for (int i = 0; i < names.size(); i++) {
            String name = names.get(i);
            AttrValue type = Attributes.of(types.get(i));
            String value = i == 0 ? "saver.restore" : "saver.restore:" + i;
            nodes.add(node(name + ".restored", "AssignVariableOp", name, value)
                    .putAttr("dtype", type)
                    .build());
            nodes.add(node(name + ".saved", "ReadVariableOp", name)
                    .putAttr("dtype", type)
                    .build());
            save.addInput(name + ".saved");
            restored.addInput("^" + name + ".restored");
        }
        nodes.add(restored.build());
        nodes.add(save.build());
        nodes.add(node("saver.saved", "Identity", "saver.file", "^saver.save")
                .putAttr("T", Attributes.of(DataType.DT_STRING))
                .build());
        return nodes;
    }

    private static NodeDef.Builder node(String name, String op, String... inputs) {
        return NodeDef.newBuilder().setName(name).setOp(op).addAllInput(List.of(inputs));
    }

    private static NodeDef strings(String name, List<String> values) {
        TensorProto.Builder tensor = TensorProto.newBuilder()
                .setDtype(DataType.DT_STRING)
                .setTensorShape(Attributes.shape(List.of((long) values.size())));
        values.forEach(value -> tensor.addStringVal(ByteString.copyFromUtf8(value)));
        return node(name, "Const")
                .putAttr("dtype", Attributes.of(DataType.DT_STRING))
                .putAttr("value", Attributes.of(tensor.build()))
                .build();
    }
}
