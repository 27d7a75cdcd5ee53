package dev.lancet.surgery.pass;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lancet.surgery.graph.Attributes;
import dev.lancet.surgery.graph.GraphBuilder;
import dev.lancet.surgery.graph.GraphView;
import dev.lancet.surgery.graph.Ops;
import dev.lancet.surgery.graph.TensorType;
import dev.lancet.surgery.graph.Value;
import dev.lancet.surgery.match.Captures;
import dev.lancet.surgery.rule.Refusal;
import dev.lancet.surgery.rule.Rule;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NameAttrList;

/** What the rules of fast training leave alone, and why; that they fire is seen in the goldens of whole graphs. */
class DeclinesTest {

    private static final DataType FLOAT = DataType.DT_FLOAT;

    @Test
    void a_mask_that_is_not_followed_by_softmax_keeps_its_derivative() {
        GraphBuilder builder = GraphBuilder.graph();
        Value scores = builder.placeholder("scores", TensorType.of(FLOAT, 2, 4, 4));
        builder.node("masked.back", "PartitionedCall")
                .in(scores)
                .with(
                        "f",
                        Attributes.of(NameAttrList.newBuilder()
                                .setName("mask.backward.scores")
                                .build()))
                .gives(scores.form());
        assertDeclines(
                new SoftmaxGradient(),
                builder.toGraph(),
                "masked.back",
                "masked.back is not the mask gradient of an attention softmax");
    }

    @Test
    void a_cross_entropy_stays_if_other_nodes_use_its_gradient() {
        GraphDef graph = entropy(DataType.DT_INT32, "Identity");
        assertDeclines(
                FusedCrossEntropy.rules(false)[0],
                graph,
                "cross_entropy",
                "cross_entropy: other nodes use its gradient");
        assertThat(Rewriting.with(graph, FusedCrossEntropy.rules(false))).isSameAs(graph);
    }

    @Test
    void a_cross_entropy_with_labels_that_are_not_int32_stays() {
        GraphDef graph = entropy(DataType.DT_INT64, "Mul");
        for (Rule rule : FusedCrossEntropy.rules(false)) {
            String site = rule.toString().endsWith("loss") ? "cross_entropy" : "seen";
            assertDeclines(rule, graph, site, "cross_entropy: its labels are not int32");
        }
        assertThat(Rewriting.with(graph, FusedCrossEntropy.rules(false))).isSameAs(graph);
    }

    @Test
    void a_gradient_of_cross_entropy_whose_places_do_not_fit_into_an_int32_is_not_written_in_place() {
        assertThat(missed(1 << 16, 1 << 14)).isEqualTo("InplaceSub");
        assertThat(missed(1 << 16, 1 << 15)).isEqualTo("TensorScatterSub");
    }

    private static String missed(long rows, long classes) {
        GraphDef graph = entropy(DataType.DT_INT32, "Mul", rows, classes);
        return GraphView.of(Rewriting.with(graph, FusedCrossEntropy.rules(false)))
                .node("seen.missed")
                .op();
    }

    private static GraphDef entropy(DataType type, String use) {
        return entropy(type, use, 4, 8);
    }

    private static GraphDef entropy(DataType type, String use, long rows, long classes) {
        GraphBuilder builder = GraphBuilder.graph();
        Value logits = builder.placeholder("logits", TensorType.of(FLOAT, rows, classes));
        Value gradient = builder.node("cross_entropy", "SparseSoftmaxCrossEntropyWithLogits")
                .in(logits, builder.placeholder("labels", TensorType.of(type, rows)))
                .with("T", FLOAT)
                .with("Tlabels", type)
                .gives(List.of(TensorType.of(FLOAT, rows), logits.form()))
                .get(1);
        Ops ops = new Ops(builder);
        if (use.equals("Mul")) {
            ops.mul("seen", gradient, builder.placeholder("column", TensorType.of(FLOAT, rows, 1)));
        } else {
            ops.unary("seen", use, gradient);
        }
        return builder.toGraph();
    }

    @Test
    void products_with_a_fast_layout_stay() {
        assertProductStays(255, 192, 2048, "product: 255 rows are too few for transposing to pay off");
        assertProductStays(-1, 192, 2048, "product: the sizes of its matrices are unknown");
        assertProductStays(513, 192, 2048, "product: its matrices already have a fast layout");
        assertProductStays(512, 127, 2048, "product: its matrices already have a fast layout");
        assertProductStays(512, 385, 2048, "product: its matrices already have a fast layout");
        assertProductStays(512, 192, 2000, "product: its matrices already have a fast layout");
        assertGradientStays(255, 2048, 192, "gradient: 255 rows are too few for transposing to pay off");
        assertGradientStays(512, 2000, 192, "gradient: its matrices already have a fast layout");
        assertGradientStays(512, 2048, 385, "gradient: its matrices already have a fast layout");
    }

    private static void assertProductStays(long rows, long sum, long columns, String because) {
        GraphBuilder builder = GraphBuilder.graph();
        Value a = builder.placeholder("a", TensorType.of(FLOAT, rows, sum));
        new Ops(builder)
                .matmul("product", a, false, builder.placeholder("b", TensorType.of(FLOAT, sum, columns)), false);
        assertDeclines(new MatrixLayout(), builder.toGraph(), "product", because);
    }

    private static void assertGradientStays(long rows, long left, long right, String because) {
        GraphBuilder builder = GraphBuilder.graph();
        Value a = builder.placeholder("a", TensorType.of(FLOAT, rows, left));
        new Ops(builder)
                .matmul("gradient", a, true, builder.placeholder("b", TensorType.of(FLOAT, rows, right)), false);
        assertDeclines(new MatrixLayout(), builder.toGraph(), "gradient", because);
    }

    @Test
    void a_sum_that_is_used_in_16_bits_too_stays() {
        GraphBuilder builder = GraphBuilder.graph();
        Value part = builder.placeholder("part", TensorType.of(DataType.DT_BFLOAT16, 2, 2));
        Value sum = builder.node("sum", "AddN")
                .in(part, part)
                .with("N", 2)
                .with("T", DataType.DT_BFLOAT16)
                .gives(part.form());
        Ops ops = new Ops(builder);
        ops.cast("wide", sum, FLOAT);
        ops.unary("narrow", "Identity", sum);
        assertDeclines(new WideSums(), builder.toGraph(), "wide", "wide: sum is also used in 16 bits");
    }

    @Test
    void attention_without_a_causal_mask_is_not_tiled() {
        GraphBuilder builder = GraphBuilder.graph();
        attention(builder, builder.placeholder("visible", TensorType.of(DataType.DT_BOOL, 256, 256)));
        assertDeclines(new CausalTiles(), builder.toGraph(), "mix", "mix: its mask is not known to be causal");
    }

    @Test
    void attention_is_not_tiled_if_other_nodes_use_its_probabilities() {
        GraphBuilder builder = GraphBuilder.graph();
        Value shares = attention(builder, causal(builder, 256));
        new Ops(builder).unary("seen", "Identity", shares);
        assertDeclines(
                new CausalTiles(),
                builder.toGraph(),
                "mix",
                "mix: other nodes use its scores or attention probabilities");
    }

    @Test
    void attention_over_few_positions_is_not_tiled() {
        GraphBuilder builder = GraphBuilder.graph();
        attention(builder, causal(builder, 96));
        assertDeclines(new CausalTiles(), builder.toGraph(), "mix", "mix: 96 positions are too few for tiling");
    }

    private static Value causal(GraphBuilder builder, int length) {
        Ops ops = new Ops(builder);
        Value keys = builder.node("keys", "Range")
                .in(ops.constant("past", 0), ops.constant("length", length), ops.constant("step", 1))
                .with("Tidx", DataType.DT_INT32)
                .gives(TensorType.of(DataType.DT_INT32, length));
        Value column = ops.reshape("queries.column", keys, ops.ints("shape", -1, 1), List.of((long) length, 1L));
        return ops.compare("attention_mask", "LessEqual", keys, column);
    }

    /** Attention of one head that is as wide as one number; gives the shares. */
    private static Value attention(GraphBuilder builder, Value visible) {
        Ops ops = new Ops(builder);
        Value x = builder.placeholder("x", TensorType.of(FLOAT, 1, visible.dim(1), 1));
        Value scores = ops.batchMatmul("scores", x, false, x, true);
        Float32Function mask = new Float32Function(
                "mask",
                List.of("scores", "attention_mask"),
                (body, in) -> body.select("masked", in.get(1), in.get(0), body.constant("hidden", -1e9f)));
        Value shares = ops.softmax("shares", mask.call(builder, "masked", List.of(scores, visible), FLOAT));
        ops.batchMatmul("mix", shares, false, x, false);
        return shares;
    }

    private static void assertDeclines(Rule rule, GraphDef graph, String site, String reason) {
        GraphView view = GraphView.of(graph);
        Captures met = rule.pattern().match(view.node(site)).orElseThrow();
        assertThat(rule.judge(view.node(site), met)).isEqualTo(new Refusal(reason));
    }
}
