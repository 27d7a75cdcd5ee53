package dev.lancet.tests.gradient;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.OpDef;
import org.tensorflow.proto.TensorProto;

/** The same graph in float64: what was a float32 is one no more, so that differences of the loss can be trusted. */
final class Doubled {

    private Doubled() {}

    static GraphDef of(GraphDef graph) {
        GraphDef.Builder doubled = graph.toBuilder().clearNode().clearLibrary();
        graph.getNodeList().forEach(node -> doubled.addNode(node(node)));
        graph.getLibrary().getFunctionList().forEach(function -> doubled.getLibraryBuilder()
                .addFunction(function(function)));
        return doubled.build();
    }

    private static FunctionDef function(FunctionDef function) {
        FunctionDef.Builder doubled = function.toBuilder().clearNodeDef();
        function.getNodeDefList().forEach(node -> doubled.addNodeDef(node(node)));
        OpDef.Builder signature = doubled.getSignatureBuilder();
        signature.getInputArgBuilderList().forEach(argument -> argument.setType(type(argument.getType())));
        signature.getOutputArgBuilderList().forEach(argument -> argument.setType(type(argument.getType())));
        return doubled.build();
    }

    private static NodeDef node(NodeDef node) {
        NodeDef.Builder doubled = node.toBuilder();
        node.getAttrMap().forEach((name, value) -> doubled.putAttr(name, value(value)));
        return doubled.build();
    }

    private static AttrValue value(AttrValue value) {
        AttrValue.Builder doubled = value.toBuilder();
        switch (value.getValueCase()) {
            case TYPE -> doubled.setType(type(value.getType()));
            case TENSOR -> doubled.setTensor(tensor(value.getTensor()));
            case LIST -> {
                AttrValue.ListValue.Builder list = value.getList().toBuilder().clearType();
                value.getList().getTypeList().forEach(type -> list.addType(type(type)));
                doubled.setList(list);
            }
            default -> {}
        }
        return doubled.build();
    }

    private static DataType type(DataType type) {
        return type == DataType.DT_FLOAT ? DataType.DT_DOUBLE : type;
    }

    private static TensorProto tensor(TensorProto tensor) {
        if (tensor.getDtype() != DataType.DT_FLOAT) {
            return tensor;
        }
        TensorProto.Builder doubled = tensor.toBuilder()
                .setDtype(DataType.DT_DOUBLE)
                .clearTensorContent()
                .clearFloatVal();
        tensor.getFloatValList().forEach(doubled::addDoubleVal);
        ByteBuffer floats = tensor.getTensorContent().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
        ByteBuffer doubles = ByteBuffer.allocate(2 * floats.remaining()).order(ByteOrder.LITTLE_ENDIAN);
        while (floats.hasRemaining()) {
            doubles.putDouble(floats.getFloat());
        }
        return doubled.setTensorContent(ByteString.copyFrom(doubles.flip())).build();
    }
}
