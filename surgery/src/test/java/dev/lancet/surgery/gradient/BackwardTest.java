package dev.lancet.surgery.gradient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lancet.dsl.LancetException;
import dev.lancet.surgery.graph.GraphText;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;

class BackwardTest {

    private static final String LAYER = """
            x = Placeholder [4,3]
            w = Variable [3,2]
            b = Variable [2]
            axes = Const int32 [2] {0,1}
            product = MatMul(x, w) : [4,2]
            biased = AddV2(product, b) : [4,2]
            out = Square(biased) : [4,2]
            loss = Mean(out, axes) : []
            """;

    private static String added(String before, String... variables) {
        GraphDef graph = GraphText.parse(before);
        String after = GraphText.of(Backward.derive(graph, "loss", List.of(variables)));
        List<String> known = GraphText.of(graph).lines().toList();
        return String.join(
                        "\n",
                        after.lines().filter(line -> !known.contains(line)).toList()) + "\n";
    }

    @Test
    void a_layer_gets_its_gradients() {
        assertThat(added(LAYER, "w", "b")).isEqualTo("""
                loss.grad = Const 1.0
                loss.back.share.by = Const 0.125
                loss.back.share = Mul(loss.grad, loss.back.share.by) : []
                loss.back.kept.shape = Const int32 [2] {1,1}
                loss.back.kept = Reshape(loss.back.share, loss.back.kept.shape) : [1,1]
                loss.back.0.shape = Const int32 [2] {4,2}
                loss.back.0 = BroadcastTo(loss.back.kept, loss.back.0.shape) : [4,2]
                out.back.twice.by = Const 2.0
                out.back.twice = Mul(biased, out.back.twice.by) : [4,2]
                out.back.0 = Mul(loss.back.0, out.back.twice) : [4,2]
                biased.back.1.axes = Const int32 [1] {0}
                biased.back.1 = Sum(out.back.0, biased.back.1.axes) : [2]
                product.back.1 = MatMul(x, out.back.0) transpose_a : [3,2]
                w.grad = Identity(product.back.1) : [3,2]
                b.grad = Identity(biased.back.1) : [2]
                """);
    }

    @Test
    void only_the_path_is_differentiated() {
        assertThat(added(LAYER, "b")).isEqualTo("""
                loss.grad = Const 1.0
                loss.back.share.by = Const 0.125
                loss.back.share = Mul(loss.grad, loss.back.share.by) : []
                loss.back.kept.shape = Const int32 [2] {1,1}
                loss.back.kept = Reshape(loss.back.share, loss.back.kept.shape) : [1,1]
                loss.back.0.shape = Const int32 [2] {4,2}
                loss.back.0 = BroadcastTo(loss.back.kept, loss.back.0.shape) : [4,2]
                out.back.twice.by = Const 2.0
                out.back.twice = Mul(biased, out.back.twice.by) : [4,2]
                out.back.0 = Mul(loss.back.0, out.back.twice) : [4,2]
                biased.back.1.axes = Const int32 [1] {0}
                biased.back.1 = Sum(out.back.0, biased.back.1.axes) : [2]
                b.grad = Identity(biased.back.1) : [2]
                """);
    }

    @Test
    void several_uses_of_a_weight_are_summed() {
        assertThat(added("""
                        w = Variable [2,2]
                        axes = Const int32 [2] {0,1}
                        square = MatMul(w, w) : [2,2]
                        loss = Sum(square, axes) : []
                        """, "w")).isEqualTo("""
                loss.grad = Const 1.0
                loss.back.kept.shape = Const int32 [2] {1,1}
                loss.back.kept = Reshape(loss.grad, loss.back.kept.shape) : [1,1]
                loss.back.0.shape = Const int32 [2] {2,2}
                loss.back.0 = BroadcastTo(loss.back.kept, loss.back.0.shape) : [2,2]
                square.back.0 = MatMul(loss.back.0, w) transpose_b : [2,2]
                square.back.1 = MatMul(w, loss.back.0) transpose_a : [2,2]
                w.read.grad = AddN(square.back.0, square.back.1) N=2 : [2,2]
                w.grad = Identity(w.read.grad) : [2,2]
                """);
    }

    @Test
    void the_forward_graph_stays_as_it_is() {
        GraphDef graph = GraphText.parse(LAYER);
        GraphDef after = Backward.derive(graph, "loss", List.of("w"));
        assertThat(after.getNodeList()).startsWith(graph.getNodeList().toArray(new NodeDef[0]));
    }

    private static void fails(String text, String variable, String message) {
        GraphDef graph = GraphText.parse(text);
        assertThatThrownBy(() -> Backward.derive(graph, "loss", List.of(variable)))
                .isInstanceOf(LancetException.class)
                .hasMessage(message);
    }

    @Test
    void an_op_without_gradient_on_the_path_is_named() {
        fails(
                LAYER.replace("Square(", "Floor("),
                "w",
                "node 'out': no gradient is known for op Floor, which lies between a trained weight and the loss; "
                        + "freeze the weights below it or use another op");
    }

    @Test
    void an_op_without_gradient_off_the_path_does_not_matter() {
        String text = LAYER.replace("MatMul(x, w)", "MatMul(rounded, w)")
                .replace("product =", "rounded = Floor(x) : [4,3]\nproduct =");
        assertThat(added(text, "w")).contains("w.grad = ");
    }

    @Test
    void a_stop_cuts_the_path() {
        fails(
                LAYER.replace("Square(", "StopGradient("),
                "w",
                "variable 'w': 'loss' does not depend on it; do not train it");
    }

    @Test
    void a_loss_is_a_scalar() {
        fails(
                LAYER.replace("loss = Mean(out, axes) : []", "loss = Square(out) : [4,2]"),
                "w",
                "node 'loss' is [4, 2]; a loss must be a scalar: take the mean");
    }

    @Test
    void gradients_go_in_once() {
        GraphDef once = Backward.derive(GraphText.parse(LAYER), "loss", List.of("w"));
        assertThatThrownBy(() -> Backward.derive(once, "loss", List.of("w")))
                .hasMessage(
                        "node 'loss.grad' is already in the graph; add gradients and updates to a graph that has none yet");
    }
}
