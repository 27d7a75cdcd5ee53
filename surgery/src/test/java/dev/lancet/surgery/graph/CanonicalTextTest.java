package dev.lancet.surgery.graph;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.lancet.dsl.Attention;
import dev.lancet.dsl.FeedForward;
import dev.lancet.dsl.Transformer;
import dev.lancet.surgery.Blueprint;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.VersionDef;

class CanonicalTextTest {

    private static final GraphDef MODEL = Blueprint.scoring(Transformer.decoder("tiny")
            .vocabulary(16)
            .context(8)
            .width(8)
            .layers(2)
            .attention(Attention.heads(2))
            .feedForward(FeedForward.swiglu(12))
            .build());

    private static final String TEXT = GraphText.canonical(MODEL);

    private static NodeDef.Builder node(String name, String op, String... inputs) {
        return NodeDef.newBuilder().setName(name).setOp(op).addAllInput(List.of(inputs));
    }

    private static String text(NodeDef.Builder... nodes) {
        GraphDef.Builder graph = GraphDef.newBuilder();
        List.of(nodes).forEach(graph::addNode);
        return GraphText.canonical(graph.build());
    }

    private static String constant(TensorProto.Builder tensor, long... dims) {
        tensor.setTensorShape(
                Attributes.shape(java.util.Arrays.stream(dims).boxed().toList()));
        return text(node("c", "Const")
                .putAttr("dtype", Attributes.of(tensor.getDtype()))
                .putAttr("value", Attributes.of(tensor.build())));
    }

    @Test
    void it_opens_with_its_version() {
        assertThat(TEXT).startsWith("# lancet graph text 1\n");
    }

    @Property(tries = 50)
    void neither_the_order_of_nodes_nor_that_of_functions_moves_a_line(@ForAll Random random) {
        List<NodeDef> nodes = new ArrayList<>(MODEL.getNodeList());
        Collections.shuffle(nodes, random);
        GraphDef.Builder shuffled = MODEL.toBuilder().clearNode().addAllNode(nodes);
        List<FunctionDef> functions = new ArrayList<>();
        for (FunctionDef function : MODEL.getLibrary().getFunctionList()) {
            List<NodeDef> body = new ArrayList<>(function.getNodeDefList());
            Collections.shuffle(body, random);
            functions.add(
                    function.toBuilder().clearNodeDef().addAllNodeDef(body).build());
        }
        Collections.shuffle(functions, random);
        shuffled.getLibraryBuilder().clearFunction().addAllFunction(functions);

        assertThat(GraphText.canonical(shuffled.build())).isEqualTo(TEXT);
    }

    @Property(tries = 50)
    void defaults_may_be_said_or_not_and_notes_be_there_or_not(@ForAll Random random) {
        GraphDef.Builder other =
                MODEL.toBuilder().setVersions(VersionDef.newBuilder().setProducer(random.nextInt(2000)));
        other.getNodeBuilderList().forEach(node -> {
            for (String attribute : List.copyOf(node.getAttrMap().keySet())) {
                AttrValue value = node.getAttrOrThrow(attribute);
                boolean usual = Operators.current()
                        .byDefault(node.getOp(), attribute)
                        .filter(AttributeText.value(value)::equals)
                        .isPresent();
                if ((usual || attribute.equals(Attributes.SHAPES)) && random.nextBoolean()) {
                    node.removeAttr(attribute);
                }
            }
            Map.of("MatMul", "grad_a", "BatchMatMulV2", "grad_x", "Transpose", "Tperm")
                    .forEach((op, attribute) -> {
                        if (node.getOp().equals(op) && !node.containsAttr(attribute) && random.nextBoolean()) {
                            node.putAttr(
                                    attribute,
                                    attribute.equals("Tperm")
                                            ? Attributes.of(DataType.DT_INT32)
                                            : Attributes.of(false));
                        }
                    });
            if (random.nextBoolean()) {
                node.putAttr("_user_specified_name", Attributes.of("anything"));
            }
        });

        assertThat(GraphText.canonical(other.build())).isEqualTo(TEXT);
    }

    @Test
    void attributes_that_differ_from_the_default_are_shown_even_if_false_or_empty() {
        String said = text(node("v", "Assign").putAttr("validate_shape", Attributes.of(false)));

        assertThat(said).endsWith("v = Assign() validate_shape=false\n");
        assertThat(text(node("v", "Assign").putAttr("validate_shape", Attributes.of(true))))
                .endsWith("v = Assign()\n");
        assertThat(text(node("v", "NobodysOp").putAttr("validate_shape", Attributes.of(false))))
                .endsWith("v = NobodysOp() validate_shape=false\n");
    }

    @Test
    void nodes_are_in_natural_order_with_inputs_before_their_users() {
        assertThat(text(
                        node("y.10", "Neg", "x"),
                        node("y.9", "Neg", "x"),
                        node("y.09", "Neg", "x"),
                        node("x", "Placeholder")))
                .isEqualTo("""
                        # lancet graph text 1
                        x = Placeholder [?]
                        y.09 = Neg(x)
                        y.9 = Neg(x)
                        y.10 = Neg(x)
                        """);
    }

    @Test
    void control_inputs_are_sorted() {
        assertThat(text(node("a", "NoOp"), node("b", "NoOp"), node("c", "NoOp", "^b", "^a", "^b")))
                .isEqualTo(text(node("b", "NoOp"), node("a", "NoOp"), node("c", "NoOp", "^a", "^b")))
                .endsWith("c = NoOp(^a, ^b)\n");
    }

    @Test
    void a_device_has_one_spelling() {
        for (String device : List.of("/cpu:0", "/device:CPU:0", "/job:localhost/replica:0/task:0/device:cpu:0")) {
            assertThat(text(node("a", "NoOp").setDevice(device))).endsWith("a = NoOp() on \"/device:CPU:0\"\n");
        }
        assertThat(text(node("a", "NoOp").setDevice("/job:worker/task:1/GPU:0")))
                .endsWith("on \"/job:worker/task:1/device:GPU:0\"\n");
    }

    @Test
    void constants_of_every_kind_have_one_text_for_both_spellings() {
        ByteBuffer pairs = ByteBuffer.allocate(8 * 9).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < 9; i++) {
            pairs.putFloat(1.5f).putFloat(-2f);
        }
        assertThat(constant(
                        TensorProto.newBuilder()
                                .setDtype(DataType.DT_COMPLEX64)
                                .setTensorContent(ByteString.copyFrom(pairs.flip())),
                        9))
                .isEqualTo(constant(
                        TensorProto.newBuilder()
                                .setDtype(DataType.DT_COMPLEX64)
                                .addScomplexVal(1.5f)
                                .addScomplexVal(-2f),
                        9));
        assertThat(constant(TensorProto.newBuilder().setDtype(DataType.DT_QINT8).addIntVal(-3), 2))
                .isEqualTo(constant(
                        TensorProto.newBuilder()
                                .setDtype(DataType.DT_QINT8)
                                .setTensorContent(ByteString.copyFrom(new byte[] {-3, -3})),
                        2))
                .endsWith("c = Const qint8 [2] {-3,-3}\n");
        assertThat(constant(
                        TensorProto.newBuilder()
                                .setDtype(DataType.DT_STRING)
                                .addStringVal(ByteString.copyFromUtf8("a\n\"b\""))
                                .addStringVal(ByteString.copyFromUtf8("c")),
                        3))
                .endsWith("c = Const string [3] {\"a\\n\\\"b\\\"\",\"c\",\"c\"}\n");
    }

    @Test
    void a_large_constant_is_the_sha_256_of_its_little_endian_bytes() {
        // python3 -c "import hashlib,struct; print(hashlib.sha256(struct.pack('<9f',*[0.5]*9)).hexdigest()[:8])"
        assertThat(constant(TensorProto.newBuilder().setDtype(DataType.DT_FLOAT).addFloatVal(0.5f), 3, 3))
                .endsWith("c = Const [3,3] #7cd2488a\n");
    }

    @Test
    void a_constant_with_a_false_shape_takes_no_memory() {
        TensorProto.Builder lie =
                TensorProto.newBuilder().setDtype(DataType.DT_FLOAT).addFloatVal(1f);

        assertThat(constant(lie, 1L << 40, 1L << 40)).matches("(?s).*c = Const \\[\\d+,\\d+] #[0-9a-f]{8}\n");
        assertThat(constant(lie, -5)).matches("(?s).*c = Const \\[-5] #[0-9a-f]{8}\n");
        assertThat(constant(lie.setTensorContent(ByteString.copyFrom(new byte[3])), 2))
                .matches("(?s).*c = Const \\[2] #[0-9a-f]{8}\n");
    }
}
