package dev.lancet.surgery.gradient;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.NameAttrList;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.TensorShapeProto;

/** Attribute values and constants as protos. */
final class Attributes {

    static final String OUTPUT_SHAPES = "_output_shapes";

    private Attributes() {}

    static AttrValue type(DataType type) {
        return AttrValue.newBuilder().setType(type).build();
    }

    static AttrValue types(List<DataType> types) {
        return AttrValue.newBuilder()
                .setList(AttrValue.ListValue.newBuilder().addAllType(types))
                .build();
    }

    static AttrValue flag(boolean value) {
        return AttrValue.newBuilder().setB(value).build();
    }

    static AttrValue integer(long value) {
        return AttrValue.newBuilder().setI(value).build();
    }

    static AttrValue text(String value) {
        return AttrValue.newBuilder().setS(ByteString.copyFromUtf8(value)).build();
    }

    static AttrValue function(String name) {
        return AttrValue.newBuilder()
                .setFunc(NameAttrList.newBuilder().setName(name))
                .build();
    }

    static AttrValue shape(List<Long> shape) {
        return AttrValue.newBuilder().setShape(shapeProto(shape)).build();
    }

    static AttrValue shapes(List<List<Long>> shapes) {
        AttrValue.ListValue.Builder list = AttrValue.ListValue.newBuilder();
        shapes.forEach(shape -> list.addShape(shapeProto(shape)));
        return AttrValue.newBuilder().setList(list).build();
    }

    /** An array of int32. */
    static AttrValue array(List<Long> shape, List<Long> values) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.size()).order(ByteOrder.LITTLE_ENDIAN);
        values.forEach(value -> bytes.putInt(Math.toIntExact(value)));
        return tensor(DataType.DT_INT32, shape, bytes);
    }

    /** A scalar of int32. */
    static AttrValue scalar(long value) {
        return AttrValue.newBuilder()
                .setTensor(TensorProto.newBuilder()
                        .setDtype(DataType.DT_INT32)
                        .setTensorShape(TensorShapeProto.getDefaultInstance())
                        .addIntVal(Math.toIntExact(value)))
                .build();
    }

    /** A scalar of a floating type. */
    static AttrValue scalar(DataType type, double value) {
        TensorProto.Builder tensor =
                TensorProto.newBuilder().setDtype(type).setTensorShape(TensorShapeProto.getDefaultInstance());
        switch (type) {
            case DT_FLOAT -> tensor.addFloatVal((float) value);
            case DT_DOUBLE -> tensor.addDoubleVal(value);
            case DT_HALF -> tensor.addHalfVal(HalfFloat.bits((float) value));
            // Rounding to nearest: half a unit of the part that is cut off, added before the cut.
            case DT_BFLOAT16 -> tensor.addHalfVal((Float.floatToIntBits((float) value) + 0x8000) >>> 16);
            default -> throw new IllegalArgumentException("no constants of " + type + " in a gradient graph");
        }
        return AttrValue.newBuilder().setTensor(tensor).build();
    }

    private static AttrValue tensor(DataType type, List<Long> shape, ByteBuffer bytes) {
        return AttrValue.newBuilder()
                .setTensor(TensorProto.newBuilder()
                        .setDtype(type)
                        .setTensorShape(shapeProto(shape))
                        .setTensorContent(ByteString.copyFrom(bytes.flip())))
                .build();
    }

    static TensorShapeProto shapeProto(List<Long> shape) {
        TensorShapeProto.Builder proto = TensorShapeProto.newBuilder();
        shape.forEach(size -> proto.addDim(TensorShapeProto.Dim.newBuilder().setSize(size)));
        return proto.build();
    }

    static List<Long> dimensions(TensorShapeProto shape) {
        return shape.getDimList().stream().map(TensorShapeProto.Dim::getSize).toList();
    }

    static boolean isSet(NodeDef node, String attribute) {
        return node.getAttrOrDefault(attribute, AttrValue.getDefaultInstance()).getB();
    }
}
