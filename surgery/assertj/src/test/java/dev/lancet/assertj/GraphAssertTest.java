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
import java.util.List;
import org.junit.jupiter.api.Test;
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
        for (Precision precision :
                List.of(Precision.float32(), Precision.int8(), Precision.int4(4), Precision.nf4(4))) {
            GraphDef factored = cut(Step.factorise(UP, 3, precision, "by hand"));

            assertThat(factored).hasLinear("h.*.up").factoredAtRank(3).inBits(precision.bits());
            assertThatThrownBy(() -> assertThat(factored).hasLinear("h.*.up").factoredAtRank(2))
                    .hasMessage("graph: h.0.up is factored at rank 3, not 2");
        }
    }

    @Test
    void a_layer_in_one_piece_is_not_factored() {
        assertThat(DENSE).hasLinear("*.up").inBits(32);
        assertThatThrownBy(() -> assertThat(DENSE).hasLinear("h.0.*").factoredAtRank(3))
                .hasMessage("graph: h.0.up is in one piece, not factored at rank 3");
        assertThatThrownBy(() -> assertThat(DENSE).hasLinear("h.0.up").inBits(8))
                .hasMessage("graph: h.0.up is stored in 32 bits, not 8");
    }

    @Test
    void a_layer_that_is_not_there_fails_with_near_misses() {
        assertThatThrownBy(() -> assertThat(DENSE).hasLinear("h.*.upp"))
                .hasMessageStartingWith("graph: no weight is called h.*.upp; near it: h.0.up");
    }

    @Test
    void another_text_fails_with_a_diff() {
        assertThatThrownBy(
                        () -> assertThat(GraphText.parse("x = Placeholder [2]")).hasText("x = Placeholder [3]\n"))
                .hasMessageContaining("-x = Placeholder [3]\n+x = Placeholder [2]\n");
    }
}
