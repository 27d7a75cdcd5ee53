package dev.lancet.surgery.imported.writing;

import com.google.protobuf.ByteString;
import dev.lancet.surgery.graph.Attributes;
import dev.lancet.surgery.graph.Input;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.TensorProto;

/**
 * The nodes with the paths of a model's asset files. TensorFlow feeds them when it loads the model. Python's loader for
 * graphs without objects requires that no signature needs such a feed, so the placeholder becomes a constant, which can
 * be fed as well.
 */
final class Assets {

    private Assets() {}

    static void settle(MetaGraphDef.Builder meta) {
        Map<String, String> files = new HashMap<>();
        meta.getAssetFileDefList()
                .forEach(asset ->
                        files.put(Input.parse(asset.getTensorInfo().getName()).node(), asset.getFilename()));
        for (int i = 0; i < meta.getGraphDef().getNodeCount(); i++) {
            NodeDef node = meta.getGraphDef().getNode(i);
            if (node.getOp().equals("Placeholder") && files.containsKey(node.getName())) {
                meta.getGraphDefBuilder().setNode(i, constant(node, files.getOrDefault(node.getName(), "")));
            }
        }
    }

    private static NodeDef constant(NodeDef placeholder, String file) {
        TensorProto tensor = TensorProto.newBuilder()
                .setDtype(DataType.DT_STRING)
                .setTensorShape(Attributes.shape(List.of()))
                .addStringVal(ByteString.copyFromUtf8(file))
                .build();
        return NodeDef.newBuilder()
                .setName(placeholder.getName())
                .setOp("Const")
                .putAttr("dtype", Attributes.of(DataType.DT_STRING))
                .putAttr("value", Attributes.of(tensor))
                .build();
    }
}
