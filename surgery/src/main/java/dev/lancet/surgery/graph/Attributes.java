package dev.lancet.surgery.graph;

import com.google.protobuf.ByteString;
import java.util.List;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.NameAttrList;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.TensorShapeProto;

/** Writes and reads attributes of nodes. */
public final class Attributes {

    /** The attribute with the dimensions of every output of a node. */
    public static final String SHAPES = "_output_shapes";

    private Attributes() {}

    /** A type. */
    public static AttrValue of(DataType type) {
        return AttrValue.newBuilder().setType(type).build();
    }

    /** An integer. */
    public static AttrValue of(long number) {
        return AttrValue.newBuilder().setI(number).build();
    }

    /** A boolean. */
    public static AttrValue of(boolean flag) {
        return AttrValue.newBuilder().setB(flag).build();
    }

    /** A string. */
    public static AttrValue of(String text) {
        return AttrValue.newBuilder().setS(ByteString.copyFromUtf8(text)).build();
    }

    /** A function. */
    public static AttrValue of(NameAttrList function) {
        return AttrValue.newBuilder().setFunc(function).build();
    }

    /** A function by its name. */
    public static AttrValue function(String name) {
        return of(NameAttrList.newBuilder().setName(name).build());
    }

    /** A constant. */
    public static AttrValue of(TensorProto tensor) {
        return AttrValue.newBuilder().setTensor(tensor).build();
    }

    /** A shape, -1 for a dimension that is not known. */
    public static AttrValue of(List<Long> dims) {
        return AttrValue.newBuilder().setShape(shape(dims)).build();
    }

    /** A list of types. */
    public static AttrValue types(List<DataType> types) {
        return AttrValue.newBuilder()
                .setList(AttrValue.ListValue.newBuilder().addAllType(types))
                .build();
    }

    /** The shapes of a node's outputs. */
    public static AttrValue shapes(List<List<Long>> outputs) {
        AttrValue.ListValue.Builder list = AttrValue.ListValue.newBuilder();
        outputs.forEach(dims -> list.addShape(shape(dims)));
        return AttrValue.newBuilder().setList(list).build();
    }

    /** A shape as a proto, -1 for a dimension that is not known. */
    public static TensorShapeProto shape(List<Long> dims) {
        TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
        dims.forEach(size -> shape.addDimBuilder().setSize(size));
        return shape.build();
    }

    /** Whether a node sets a boolean attribute. */
    public static boolean flag(NodeDef node, String attribute) {
        return node.getAttrOrDefault(attribute, AttrValue.getDefaultInstance()).getB();
    }

    /** The dimensions of a shape proto. */
    public static List<Long> dims(TensorShapeProto shape) {
        return shape.getDimList().stream().map(TensorShapeProto.Dim::getSize).toList();
    }

    /**
     * The dimensions of a node's output, from its attribute {@code _output_shapes}.
     *
     * @throws IllegalArgumentException if the node does not declare the shape
     */
    public static List<Long> dims(NodeDef node, int output) {
        AttrValue.ListValue shapes =
                node.getAttrOrDefault(SHAPES, AttrValue.getDefaultInstance()).getList();
        if (output >= shapes.getShapeCount()) {
            throw new IllegalArgumentException("node '" + node.getName() + "' does not declare the shape of output "
                    + output + " in " + SHAPES + "; build it with GraphBuilder");
        }
        return dims(shapes.getShape(output));
    }
}
