package dev.lancet.surgery.imported.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Precision;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Step;
import dev.lancet.surgery.graph.Attributes;
import dev.lancet.surgery.graph.GraphBuilder;
import dev.lancet.surgery.graph.GraphText;
import dev.lancet.surgery.graph.Ops;
import dev.lancet.surgery.graph.TensorType;
import dev.lancet.surgery.graph.Value;
import dev.lancet.surgery.imported.ImportedModel;
import dev.lancet.surgery.imported.ImportedSurgery;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NameAttrList;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.OpDef;
import org.tensorflow.proto.TensorProto;

class DiscoveryTest {

    @TempDir
    private Path folder;

    private ImportedModel model(String text) throws IOException {
        return model(GraphText.parse(text));
    }

    private ImportedModel model(GraphDef graph) throws IOException {
        Path file = folder.resolve("graph.pb");
        Files.write(file, graph.toByteArray());
        return ImportedModel.open(file);
    }

    private static List<String> told(ImportedModel model) {
        return model.layers().stream()
                .map(layer -> layer.weight().name() + " " + layer.weight().role() + " "
                        + layer.weight().shape() + " " + layer.uses()
                        + (layer.treatable() ? "" : " left alone: " + layer.hindrance()))
                .toList();
    }

    private static String cut(ImportedModel model, int rank) {
        Plan plan = model.plan();
        for (Layer layer : model.layers()) {
            plan = plan.with(Step.factorise(layer.weight(), rank, Precision.float32(), "test"));
        }
        return GraphText.of(ImportedSurgery.operate(model, plan).graph());
    }

    @Test
    void an_einsum_is_a_product_over_the_last_axes() throws IOException {
        ImportedModel model = model("""
                x = Placeholder [-1,7,6]
                w = Variable [6,4,2]
                y = Einsum(x, w) equation="abc,cde->abde"
                """);
        assertThat(told(model)).containsExactly("w LINEAR [6, 8] [y (Einsum abc,cde->abde, x · W)]");
        assertThat(cut(model, 3))
                .contains(
                        "y.rows = Reshape(x, y.rows.shape)",
                        """
                        w.left = Variable [6,3]
                        w.right = Variable [3,8]
                        y.out.left = MatMul(y.rows, w.left)
                        y.out = MatMul(y.out.left, w.right)
                        """,
                        "y.shape = ConcatV2(y.outer, y.sizes, y.axis)",
                        "y = Reshape(y.out, y.shape)");
    }

    @Test
    void an_einsum_may_name_the_weight_first_and_sum_over_several_axes() throws IOException {
        assertThat(told(model("""
                x = Placeholder [-1,7,4,2]
                w = Variable [4,2,6]
                y = Einsum(w, x) equation="cde,abcd->abe"
                v = Variable [6,4,2]
                z = Einsum(x, v) equation="...cd,ecd->...e"
                """)))
                .containsExactly(
                        "w LINEAR [8, 6] [y (Einsum cde,abcd->abe, x · W)]",
                        "v LINEAR [6, 8] [z (Einsum ...cd,ecd->...e, x · Wᵀ)]");
    }

    @Test
    void an_einsum_that_interleaves_or_moves_axes_is_skipped() throws IOException {
        assertThat(told(model("""
                x = Placeholder [-1,6]
                w = Variable [4,6,2]
                y = Einsum(x, w) equation="ac,dce->ade"
                v = Variable [6,8]
                z = Einsum(x, v) equation="ac,cd->da"
                """)))
                .containsExactly(
                        "w LINEAR [4, 12] [] left alone: y: its inputs and outputs are interleaved in the stored array",
                        "v LINEAR [6, 8] [] left alone: z: its equation ac,cd->da is not a product over the last axes");
    }

    @Test
    void a_transposition_on_the_way_turns_the_product() throws IOException {
        GraphBuilder builder = GraphBuilder.graph();
        Ops ops = new Ops(builder);
        Value x = builder.placeholder("x", TensorType.of(DataType.DT_FLOAT, -1, 6));
        Value w = builder.variable("w", TensorType.of(DataType.DT_FLOAT, 8, 6));
        Value turned = ops.transpose("turned", w, ops.ints("order", 1, 0), 1, 0);
        ops.matmul("y", x, false, turned, false);
        ImportedModel model = model(builder.toGraph());
        assertThat(told(model)).containsExactly("w LINEAR [8, 6] [y (MatMul, x · Wᵀ)]");
        assertThat(cut(model, 2)).isEqualTo("""
                x = Placeholder [-1,6]
                w.left = Variable [8,2]
                w.right = Variable [2,6]
                y.right = MatMul(x, w.right) transpose_b
                y = MatMul(y.right, w.left) transpose_b
                """);
    }

    @Test
    void a_matrix_of_several_uses_is_one_layer_and_looked_up_a_table() throws IOException {
        ImportedModel model = model("""
                ids = Placeholder int32 [4]
                w = Variable [10,6]
                axis = Const int32 0
                rows = GatherV2(w, ids, axis)
                y = MatMul(rows, w) transpose_b
                """);
        assertThat(told(model)).containsExactly("w EMBEDDING [10, 6] [rows (GatherV2, rows of W), y (MatMul, x · Wᵀ)]");
        assertThat(cut(model, 2)).contains("w.left = Variable [10,2]", "y = MatMul(y.right, w.left) transpose_b");
    }

    @Test
    void layers_that_cannot_be_compressed_have_a_reason() throws IOException {
        assertThat(told(model("""
                x = Placeholder [-1,6]
                w = Variable [6,8]
                y = MatMul(x, w)
                norm = L2Loss(w)
                h = Variable half [6,8]
                z = MatMul(x, h) T=half
                v = Variable [6,8]
                u = MatMul(x, v) transpose_a
                s = Variable [3,6,8]
                t = BatchMatMulV2(x, s)
                l = Variable [8,6]
                m = MatMul(l, x)
                """)))
                .containsExactly(
                        "w LINEAR [6, 8] [y (MatMul, x · W)] left alone: it also feeds norm, a L2Loss",
                        "h LINEAR [6, 8] [z (MatMul, x · W)] left alone: it is half; only float matrices are supported",
                        "v LINEAR [6, 8] [] left alone: u: it transposes the activations",
                        "s LINEAR [3, 48] [] left alone: t: the weight is a stack of matrices [3, 6, 8]",
                        "l LINEAR [8, 6] [] left alone: m: the weight is the left operand");
    }

    @Test
    void a_plan_that_changes_an_unsupported_layer_is_refused_as_a_whole() throws IOException {
        ImportedModel model = model("""
                x = Placeholder [-1,6]
                w = Variable [6,8]
                y = MatMul(x, w)
                norm = L2Loss(w)
                """);
        assertThatExceptionOfType(LancetException.class)
                .isThrownBy(() -> cut(model, 2))
                .withMessage(
                        "surgery: w cannot be compressed: it also feeds norm, a L2Loss; let the plan keep it; the graph is unchanged");
    }

    @Test
    void a_product_of_activations_is_not_a_layer() throws IOException {
        ImportedModel model = model("""
                q = Placeholder [-1,7,6]
                k = Placeholder [-1,7,6]
                scores = BatchMatMulV2(q, k) adj_y
                """);
        assertThat(model.layers()).isEmpty();
        assertThat(model.skipped())
                .extracting(SkippedProduct::toString)
                .containsExactly("scores (BatchMatMulV2): both operands are activations");
    }

    @Test
    void codes_that_are_turned_into_a_matrix_are_not_taken_for_activations() throws IOException {
        assertThat(model("""
                x = Placeholder [-1,6]
                w = Variable uint8 [6,8]
                codes = Bitcast(w) T=uint8 type=int8
                values = Cast(codes, ^x) SrcT=int8
                y = MatMul(x, values)
                """).skipped())
                .extracting(SkippedProduct::because)
                .containsExactly("one operand is computed from w and is not the variable itself");
    }

    @Test
    void a_body_that_takes_the_second_output_of_a_node_still_does() throws IOException {
        FunctionDef function = FunctionDef.newBuilder()
                .setSignature(OpDef.newBuilder()
                        .setName("distinct")
                        .addInputArg(OpDef.ArgDef.newBuilder().setName("x").setType(DataType.DT_INT32))
                        .addOutputArg(OpDef.ArgDef.newBuilder().setName("at").setType(DataType.DT_INT32)))
                .addNodeDef(
                        NodeDef.newBuilder().setName("unique").setOp("Unique").addInput("x"))
                .addNodeDef(NodeDef.newBuilder()
                        .setName("same")
                        .setOp("Identity")
                        .addInput("unique:idx:0")
                        .putAttr("T", Attributes.of(DataType.DT_INT32)))
                .putRet("at", "same:output:0")
                .build();
        GraphDef.Builder graph = GraphText.parse("x = Placeholder int32 [4]").toBuilder();
        graph.addNode(call("called", "distinct", "x"));
        graph.getLibraryBuilder().addFunction(function);

        assertThat(model(graph.build()).meta().getGraphDef().getNodeList())
                .filteredOn(node -> node.getName().equals("called/same"))
                .singleElement()
                .satisfies(node -> assertThat(node.getInputList()).containsExactly("called/unique:1"));
    }

    private static NodeDef call(String name, String function, String... inputs) {
        return NodeDef.newBuilder()
                .setName(name)
                .setOp("PartitionedCall")
                .addAllInput(List.of(inputs))
                .putAttr(
                        "f",
                        Attributes.of(
                                NameAttrList.newBuilder().setName(function).build()))
                .putAttr("Tout", Attributes.types(List.of(DataType.DT_INT32)))
                .build();
    }

    @Test
    void a_function_that_calls_itself_is_refused() {
        FunctionDef function = FunctionDef.newBuilder()
                .setSignature(OpDef.newBuilder()
                        .setName("again")
                        .addInputArg(OpDef.ArgDef.newBuilder().setName("x").setType(DataType.DT_INT32))
                        .addOutputArg(OpDef.ArgDef.newBuilder().setName("y").setType(DataType.DT_INT32)))
                .addNodeDef(call("once", "again", "x"))
                .putRet("y", "once:output:0")
                .build();
        GraphDef.Builder graph = GraphText.parse("x = Placeholder int32 [4]").toBuilder();
        graph.addNode(call("called", "again", "x"));
        graph.getLibraryBuilder().addFunction(function);

        assertThatExceptionOfType(LancetException.class)
                .isThrownBy(() -> model(graph.build()))
                .withMessageContaining("graph.pb: calls are nested deeper than 64 at called/once/once")
                .withMessageEndingWith("; a function calls itself, which SavedModels do not support");
    }

    /** A loop with a body that multiplies with what comes in as {@code w}, and returns either that or the product. */
    private static GraphDef loop(boolean handsOn) {
        GraphBuilder body = GraphBuilder.function("turn");
        Ops ops = new Ops(body);
        Value x = body.argument("x", TensorType.of(DataType.DT_FLOAT, 6, 6));
        Value w = body.argument("w", TensorType.of(DataType.DT_FLOAT, 6, 6));
        Value product = ops.matmul("product", x, false, w, false);
        body.result("y", product);
        body.result("w_out", handsOn ? w : product);
        GraphBuilder condition = GraphBuilder.function("more");
        condition.argument("x", TensorType.of(DataType.DT_FLOAT, 6, 6));
        condition.argument("w", TensorType.of(DataType.DT_FLOAT, 6, 6));
        condition.result(
                "go",
                condition
                        .node("go", "Const")
                        .with("dtype", DataType.DT_BOOL)
                        .with(
                                "value",
                                Attributes.of(TensorProto.newBuilder()
                                        .setDtype(DataType.DT_BOOL)
                                        .addBoolVal(false)
                                        .build()))
                        .gives(DataType.DT_BOOL, List.of()));
        GraphDef.Builder graph = GraphText.parse("""
                x = Placeholder [6,6]
                w = Variable [6,6]
                y = MatMul(x, w)
                """).toBuilder();
        graph.addNode(NodeDef.newBuilder()
                .setName("loop")
                .setOp("While")
                .addInput("y")
                .addInput("w.read")
                .putAttr("T", Attributes.types(List.of(DataType.DT_FLOAT, DataType.DT_FLOAT)))
                .putAttr("body", named("turn"))
                .putAttr("cond", named("more")));
        graph.getLibraryBuilder()
                .addFunction(body.toFunction().definition())
                .addFunction(condition.toFunction().definition());
        return graph.build();
    }

    private static AttrValue named(String function) {
        return Attributes.of(NameAttrList.newBuilder().setName(function).build());
    }

    @Test
    void a_matrix_that_a_loop_hands_on_from_turn_to_turn_is_cut_inside_and_outside_of_it() throws IOException {
        ImportedModel model = model(loop(true));
        assertThat(told(model))
                .containsExactly("w LINEAR [6, 6] [y (MatMul, x · W), loop/body/product (MatMul, x · W)]");
        assertThat(cut(model, 2)).contains("loop = While(y, w.left, w.right) body=@loop.body cond=@loop.cond", """
                        function loop.body(x, w_left_read, w_right_read) -> (y, w_left_read_, w_right_read_)
                          product.left = MatMul(x, w_left_read)
                          product = MatMul(product.left:product, w_right_read)
                          return w_left_read_ = w_left_read
                          return w_right_read_ = w_right_read
                          return y = product:product
                        """);
    }

    @Test
    void a_matrix_that_changes_between_iterations_stays_whole() throws IOException {
        assertThat(told(model(loop(false))))
                .containsExactly("w LINEAR [6, 6] [y (MatMul, x · W)] left alone: it also feeds loop, a While");
    }

    @Test
    void a_constant_that_is_multiplied_is_a_weight_named_after_its_layer() throws IOException {
        GraphDef.Builder graph = GraphText.parse("x = Placeholder [2,3]").toBuilder();
        TensorProto.Builder values =
                TensorProto.newBuilder().setDtype(DataType.DT_FLOAT).setTensorShape(Attributes.shape(List.of(3L, 2L)));
        for (int i = 0; i < 6; i++) {
            values.addFloatVal(i);
        }
        graph.addNode(NodeDef.newBuilder()
                .setName("up/MatMul/ReadVariableOp/resource")
                .setOp("Const")
                .putAttr("dtype", Attributes.of(DataType.DT_FLOAT))
                .putAttr("value", Attributes.of(values.build())));
        graph.addNode(NodeDef.newBuilder()
                .setName("up/MatMul")
                .setOp("MatMul")
                .addInput("x")
                .addInput("up/MatMul/ReadVariableOp/resource")
                .putAttr("T", Attributes.of(DataType.DT_FLOAT)));
        ImportedModel model = model(graph.build());
        assertThat(told(model)).containsExactly("up/kernel LINEAR [3, 2] [up/MatMul (MatMul, x · W)]");
        assertThat(model.bytes("up/kernel").getFloat(20)).isEqualTo(5);
    }
}
