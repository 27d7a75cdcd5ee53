package dev.lancet.surgery.imported;

import dev.lancet.surgery.graph.Attributes;
import dev.lancet.surgery.graph.ConstantTensors;
import dev.lancet.surgery.graph.Input;
import dev.lancet.surgery.graph.Node;
import java.util.List;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.NodeDef;

/** Replaces nodes that ask for a shape by constants if the shape is known. */
final class KnownShapes {

    private KnownShapes() {}

    static NodeDef constant(Node asking, List<Long> shape) {
        boolean wide = asking.attribute("out_type").isPresent() && asking.type("out_type") == DataType.DT_INT64;
        DataType type = wide ? DataType.DT_INT64 : DataType.DT_INT32;
        return NodeDef.newBuilder()
                .setName(asking.name())
                .setOp("Const")
                .setDevice(asking.definition().getDevice())
                .addAllInput(
                        asking.controlInputs().stream().map(Input::toString).toList())
                .putAttr("dtype", Attributes.of(type))
                .putAttr("value", Attributes.of(ConstantTensors.integers(type, List.of((long) shape.size()), shape)))
                .build();
    }
}
