package dev.lancet.surgery.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.OpDef;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.TensorShapeProto;

class GraphTextTest {

    private static final String LAYER = """
            ids = Placeholder int32 [2,8]
            embedding = Variable [256,64]
            embedding.axis = Const int32 0
            embedding.rows = GatherV2(embedding, ids, embedding.axis) : [2,8,64]
            codes = Variable uint8 [64,64]
            bytes = Bitcast(codes) T=uint8 type=int8 : [64,64]
            values = Cast(bytes, ^embedding.rows) SrcT=int8 : [64,64]
            parts = Split(embedding.axis, values) num_split=2 : [64,32] [64,32]
            out = MatMul(parts, parts:1) transpose_b : [64,64]
            scaled = @scale(out) : [64,64]
            embedding.assign = AssignVariableOp(&embedding, scaled)
            """;

    private static AttrValue type(DataType type) {
        return AttrValue.newBuilder().setType(type).build();
    }

    private static NodeDef.Builder node(String name, String op, String... inputs) {
        return NodeDef.newBuilder().setName(name).setOp(op).addAllInput(List.of(inputs));
    }

    private static String constant(TensorProto.Builder tensor, int... dimensions) {
        TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
        for (int dimension : dimensions) {
            shape.addDim(TensorShapeProto.Dim.newBuilder().setSize(dimension));
        }
        return GraphText.of(GraphDef.newBuilder()
                        .addNode(node("c", "Const")
                                .putAttr("dtype", type(tensor.getDtype()))
                                .putAttr(
                                        "value",
                                        AttrValue.newBuilder()
                                                .setTensor(tensor.setTensorShape(shape))
                                                .build()))
                        .build())
                .strip();
    }

    @Test
    void a_parsed_text_is_written_unchanged() {
        assertThat(GraphText.of(GraphText.parse(LAYER))).isEqualTo(LAYER);
    }

    @Test
    void a_line_that_cannot_be_read_is_named() {
        assertThatThrownBy(() -> GraphText.parse("x = Placeholder [2]\ny: Neg(x)"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("graph text: cannot read 'y: Neg(x)'; a line is ");
    }

    @Test
    void a_read_under_a_control_dependency_keeps_a_line_of_its_own() {
        GraphDef graph = GraphDef.newBuilder()
                .addNode(node("x", "Placeholder"))
                .addNode(node("w", "VarHandleOp"))
                .addNode(node("w.read", "ReadVariableOp", "w", "^x"))
                .build();

        assertThat(GraphText.of(graph)).isEqualTo("""
                x = Placeholder
                w = VarHandleOp()
                w.read = ReadVariableOp(w, ^x)
                """);
    }

    @Test
    void types_flags_and_strings_show_where_they_are_not_the_default() {
        NodeDef.Builder node = node("y", "MatMul", "x", "x")
                .putAttr("T", type(DataType.DT_FLOAT))
                .putAttr("transpose_a", AttrValue.newBuilder().setB(false).build())
                .putAttr("transpose_b", AttrValue.newBuilder().setB(true).build())
                .putAttr("is_training", AttrValue.newBuilder().setB(false).build())
                .putAttr(
                        "equation",
                        AttrValue.newBuilder()
                                .setS(ByteString.copyFromUtf8("ab"))
                                .build())
                .setDevice("/cpu:0");
        GraphDef graph = GraphDef.newBuilder()
                .addNode(node("x", "Placeholder"))
                .addNode(node)
                .build();

        assertThat(GraphText.of(graph))
                .endsWith("y = MatMul(x, x) equation=\"ab\" is_training=false transpose_b on \"/cpu:0\"\n");
    }

    @Test
    void constants_show_few_values_or_shape_and_hash() {
        assertThat(constant(TensorProto.newBuilder().setDtype(DataType.DT_INT32).addIntVal(7)))
                .isEqualTo("c = Const int32 7");
        assertThat(constant(TensorProto.newBuilder().setDtype(DataType.DT_FLOAT).addFloatVal(0.5f), 2))
                .isEqualTo("c = Const [2] {0.5,0.5}");
        assertThat(constant(TensorProto.newBuilder().setDtype(DataType.DT_FLOAT).addFloatVal(0.5f), 3, 3))
                .matches("c = Const \\[3,3] #[0-9a-f]{8}");
    }

    @Test
    void equal_constants_have_equal_text_however_they_are_spelled() {
        ByteBuffer raw = ByteBuffer.allocate(36).order(ByteOrder.LITTLE_ENDIAN);
        TensorProto.Builder listed = TensorProto.newBuilder().setDtype(DataType.DT_FLOAT);
        for (int i = 0; i < 9; i++) {
            raw.putFloat(Math.min(i, 5));
        }
        for (int i = 0; i < 6; i++) {
            listed.addFloatVal(i);
        }
        TensorProto.Builder packed =
                TensorProto.newBuilder().setDtype(DataType.DT_FLOAT).setTensorContent(ByteString.copyFrom(raw.flip()));

        assertThat(constant(packed, 9)).isEqualTo(constant(listed, 9));
        assertThat(constant(listed.addFloatVal(6), 9)).isNotEqualTo(constant(packed, 9));
    }

    @Test
    void a_function_is_a_section() {
        OpDef.Builder signature = OpDef.newBuilder()
                .setName("square_sum")
                .addInputArg(OpDef.ArgDef.newBuilder().setName("x").setType(DataType.DT_FLOAT))
                .addInputArg(OpDef.ArgDef.newBuilder().setName("axis").setType(DataType.DT_INT32))
                .addOutputArg(OpDef.ArgDef.newBuilder().setName("y").setType(DataType.DT_FLOAT));
        FunctionDef.Builder function = FunctionDef.newBuilder()
                .setSignature(signature)
                .addNodeDef(node("sum", "Sum", "square:y:0", "axis"))
                .addNodeDef(node("square", "Square", "x", "^axis"))
                .putRet("y", "sum:output:0");
        GraphDef.Builder graph = GraphDef.newBuilder().addNode(node("x", "Placeholder"));
        graph.getLibraryBuilder().addFunction(function);

        assertThat(GraphText.of(graph.build())).isEqualTo("""
                x = Placeholder

                function square_sum(x, axis int32) -> (y)
                  square = Square(x, ^axis)
                  sum = Sum(square:y, axis)
                  return y = sum:output
                """);
    }
}
