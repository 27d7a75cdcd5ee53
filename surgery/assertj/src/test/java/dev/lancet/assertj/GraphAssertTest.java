package dev.lancet.assertj;

import static dev.lancet.assertj.LancetAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lancet.dsl.Precision;
import dev.lancet.dsl.Role;
import dev.lancet.dsl.Weight;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Step;
import dev.lancet.surgery.Surgeon;
import dev.lancet.surgery.graph.GraphText;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.proto.GraphDef;

class GraphAssertTest {

    private static final Weight UP = new Weight("h.0.up", Role.UP, 0, 6, 8);
    private static final GraphDef DENSE = GraphText.parse("""
            x = Placeholder [-1,6]
            h.0.up = Variable [6,8]
            h.0.up.out = MatMul(x, h.0.up)
            """);

    private static GraphDef cut(Step step) {
        return Surgeon.operate(DENSE, new Plan("one layer", List.of(step), List.of()))
                .graph();
    }

    @Test
    void operators_are_found_in_the_graph_and_in_its_functions() {
        GraphDef halves = cut(Step.quantize(UP, Precision.int4(2), "by hand"));

        assertThat(halves).hasOp("MatMul").hasOp("RightShift").hasNoOp("BatchMatMulV3");
        assertThatThrownBy(() -> assertThat(halves).hasNoOp("MatMul")).hasMessage("graph: h.0.up.out is a MatMul");
        assertThatThrownBy(() -> assertThat(halves).hasNoOp("RightShift")).hasMessage("graph: high is a RightShift");
        assertThatThrownBy(() -> assertThat(halves).hasOp("Softmax")).hasMessage("graph: no node is a Softmax");
    }

    @Test
    void a_factored_layer_has_its_rank_in_every_precision() {
        for (Precision precision : List.of(
                Precision.float32(), Precision.bfloat16(), Precision.int8(), Precision.int4(4), Precision.nf4(4))) {
            GraphDef factored = cut(Step.factorise(UP, 3, precision, "by hand"));

            assertThat(factored).hasLinear("h.*.up").factoredAtRank(3).quantizedTo(precision.bits());
            assertThatThrownBy(() -> assertThat(factored).hasLinear("h.*.up").factoredAtRank(2))
                    .hasMessage("graph: h.0.up is factored at rank 3, not 2");
        }
    }

    @Test
    void a_layer_in_one_piece_is_not_factored() {
        assertThat(DENSE).hasLinear("*.up").quantizedTo(32);
        assertThatThrownBy(() -> assertThat(DENSE).hasLinear("h.0.*").factoredAtRank(3))
                .hasMessage("graph: h.0.up is in one piece, not factored at rank 3");
        assertThatThrownBy(() -> assertThat(DENSE).hasLinear("h.0.up").quantizedTo(8))
                .hasMessage("graph: h.0.up is stored in 32 bits, not 8");
    }

    @Test
    void a_missing_layer_fails_with_near_misses() {
        assertThatThrownBy(() -> assertThat(DENSE).hasLinear("h.*.upp"))
                .hasMessageStartingWith("graph: no weight is called h.*.upp; near it: h.0.up");
    }

    @Test
    void another_text_fails_with_a_diff() {
        assertThatThrownBy(
                        () -> assertThat(GraphText.parse("x = Placeholder [2]")).hasText("x = Placeholder [3]\n"))
                .hasMessageContaining("-x = Placeholder [3]\n+x = Placeholder [2]\n");
    }

    @Test
    void a_golden_difference_holds_what_a_rewrite_changes(@TempDir Path folder) {
        GraphDef before = GraphText.parse("x = Placeholder [2]\ny = Neg(x)\nz = Exp(y)\n");
        GraphDef after = GraphText.parse("x = Placeholder [2]\ny = Abs(x)\nz = Exp(y)\n");
        assertThat(after).isGoldenDifference(before, "abs.diff", new GoldenGraphs(folder, true));
        GoldenGraphs goldens = new GoldenGraphs(folder, false);

        org.assertj.core.api.Assertions.assertThat(folder.resolve("abs.diff"))
                .content()
                .contains("-y = Neg(x)\n+y = Abs(x)\n");
        assertThat(after).isGoldenDifference(before, "abs.diff", goldens);
        assertThatThrownBy(() -> assertThat(before).isGoldenDifference(before, "abs.diff", goldens))
                .hasMessageStartingWith("golden: abs.diff differs from the actual text");
    }

    @Test
    void operators_that_a_version_of_tensorflow_lacks_are_named() {
        GraphDef own = GraphText.parse("x = Placeholder [2]\ny = MyOp(x)\nz = Abs(y)\n");

        assertThat(DENSE).onlyUsesOpsOf("2.18");
        assertThatThrownBy(() -> assertThat(own).onlyUsesOpsOf("2.18"))
                .hasMessage("graph: TensorFlow 2.18 has no MyOp (y)");
        assertThatThrownBy(() -> assertThat(own).onlyUsesOpsOf("1.3"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("TensorFlow 1.3: its operators are not known; use one of 2.18");
    }

    @Test
    void signatures_are_compared_by_inputs_and_outputs() {
        GraphDef wider = GraphText.parse("""
                x = Placeholder [-1,6]
                h.0.up = Variable [6,9]
                h.0.up.out = MatMul(x, h.0.up)
                """);
        GraphDef other = GraphText.parse("""
                x = Placeholder [-1,7]
                h.0.up = Variable [7,8]
                y = MatMul(x, h.0.up)
                """);

        assertThat(wider).hasSameSignatureAs(DENSE);
        assertThatThrownBy(() -> assertThat(other).hasSameSignatureAs(DENSE))
                .hasMessageContaining(
                        "-  x = input [-1,6]\n-  h.0.up.out = output\n+  x = input [-1,7]\n+  y = output\n");
    }

    @Test
    void large_constants_are_named_with_their_bytes() {
        assertThat(GraphText.parse("c = Const [2] {1,2}")).hasNoConstOver(100);
        assertThatThrownBy(() -> assertThat(GraphText.parse("c = Const [4] {1,2,3,4}\nd = Const 1"))
                        .hasNoConstOver(20))
                .hasMessageMatching("graph: the constant c takes \\d+ bytes, more than 20");
    }

    @Test
    void numbers_need_the_runtime() {
        assertThatThrownBy(() -> assertThat(DENSE).isNumericallyEqualTo(DENSE).within(1e-5))
                .hasMessageMatching(
                        "numbers: no graph runner is on the class path; add dev.lancet:lancet-runtime .*|graph: its variables have no values.*");
    }
}
