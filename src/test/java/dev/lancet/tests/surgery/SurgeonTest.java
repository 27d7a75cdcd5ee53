package dev.lancet.tests.surgery;

import static dev.lancet.assertj.LancetAssertions.assertThat;
import static dev.lancet.dsl.Precision.float32;
import static dev.lancet.dsl.Precision.int8;
import static dev.lancet.dsl.Rank.rank;
import static dev.lancet.dsl.Selector.embedding;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lancet.dsl.Compression;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Role;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.Weight;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Step;
import dev.lancet.surgery.Blueprint;
import dev.lancet.surgery.Surgeon;
import dev.lancet.surgery.SurgeryResult;
import dev.lancet.surgery.SurgeryResult.Change;
import dev.lancet.surgery.graph.GraphText;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.tensorflow.proto.GraphDef;

class SurgeonTest {

    private static final Weight UP = new Weight("up", Role.LINEAR, -1, 6, 8);

    private static Plan plan(Step... steps) {
        return new Plan("patient", List.of(steps), List.of());
    }

    private static GraphDef graph(String more) {
        return GraphText.parse("""
                x = Placeholder [-1,6]
                up = Variable [6,8]
                up.out = MatMul(x, up)
                """ + more);
    }

    @Test
    void every_matrix_of_the_plan_has_an_outcome() {
        Transformer model = Models.llama(1);
        Plan plan = Plan.dense(model)
                .with(Step.factorise(model.weight("h.0.mlp.up").orElseThrow(), 5, int8(), "by hand"))
                .with(Step.quantize(model.weight("head").orElseThrow(), int8(), "by hand"));

        SurgeryResult result = Surgeon.operate(Blueprint.scoring(model), plan);

        assertThat(result.outcomes()).extracting(SurgeryResult.Outcome::step).isEqualTo(plan.steps());
        assertThat(result.toString()).contains("h.0.mlp.up: cut (by hand)\n", "embedding: kept (no rule selects it)\n");
        assertThat(result.graph()).hasLinear("h.*.mlp.up").factoredAtRank(5).quantizedTo(8);
        assertThat(result.graph()).hasLinear("head").quantizedTo(8);
        assertThat(result.graph()).hasLinear("h.*.mlp.down").quantizedTo(32);
    }

    @Test
    void what_follows_the_plan_already_comes_back_as_it_is() {
        Plan plan = plan(Step.factorise(UP, 2, float32(), "by hand"));
        GraphDef once = Surgeon.operate(graph(""), plan).graph();

        SurgeryResult again = Surgeon.operate(once, plan);

        assertThat(again.graph()).isSameAs(once);
        assertThat(again.changed()).isFalse();
        assertThat(again.outcomes()).extracting(SurgeryResult.Outcome::change).containsExactly(Change.AS_IT_WAS);
    }

    @Test
    void a_weight_that_is_not_there_is_an_error_with_near_misses() {
        Weight other = new Weight("upp", Role.LINEAR, -1, 6, 8);

        assertThatThrownBy(() -> Surgeon.operate(graph(""), plan(Step.keep(other, "no rule"))))
                .isInstanceOf(LancetException.class)
                .hasMessage("surgery: the graph has no variable 'upp'; near it: up");
    }

    @Test
    void a_vector_that_is_not_there_is_an_error_too() {
        Plan plan = new Plan("patient", List.of(), List.of(new Weight("up.bias", Role.BIAS, -1, 1, 8)));

        assertThatThrownBy(() -> Surgeon.operate(graph(""), plan))
                .isInstanceOf(LancetException.class)
                .hasMessage("surgery: the graph has no variable 'up.bias'; near it: up");
    }

    @Test
    void a_weight_of_another_shape_is_an_error() {
        Weight wider = new Weight("up", Role.LINEAR, -1, 6, 9);

        assertThatThrownBy(() -> Surgeon.operate(graph(""), plan(Step.quantize(wider, int8(), "by hand"))))
                .isInstanceOf(LancetException.class)
                .hasMessage(
                        "surgery: up is float [6, 8] in the graph; the plan expects float [6, 9] or the compressed form");
    }

    @Test
    void a_graph_that_was_cut_otherwise_is_an_error() {
        GraphDef cut = Surgeon.operate(graph(""), plan(Step.factorise(UP, 2, float32(), "by hand")))
                .graph();

        assertThatThrownBy(() -> Surgeon.operate(cut, plan(Step.factorise(UP, 3, float32(), "rank(3)"))))
                .isInstanceOf(LancetException.class)
                .hasMessage("surgery: up is already factored in the graph, but differently from the plan (rank(3));"
                        + " operate on the graph of the declared model");
    }

    @Test
    void a_use_that_no_rule_treats_stops_the_whole_operation() {
        GraphDef odd = graph("soft = Softmax(up)\n");

        assertThatThrownBy(() -> Surgeon.operate(odd, plan(Step.factorise(UP, 2, float32(), "by hand"))))
                .isInstanceOf(LancetException.class)
                .hasMessage("surgery: up is used by soft, a Softmax; only x · W, x · Wᵀ and row lookups are supported;"
                        + " the graph is unchanged");
    }

    @Test
    void a_graph_with_nodes_for_loading_is_operated_before_they_come() {
        GraphDef loaded = graph("up.assign = AssignVariableOp(&up, x)\n");

        assertThatThrownBy(() -> Surgeon.operate(loaded, plan(Step.quantize(UP, int8(), "by hand"))))
                .isInstanceOf(LancetException.class)
                .hasMessageStartingWith("surgery: up is used by up.assign, a AssignVariableOp; ");
    }

    @Test
    void a_weight_that_is_multiplied_with_itself_stops_the_operation() {
        GraphDef squared = graph("square = MatMul(up, up) transpose_b\n");

        assertThatThrownBy(() -> Surgeon.operate(squared, plan(Step.factorise(UP, 2, float32(), "by hand"))))
                .isInstanceOf(LancetException.class)
                .hasMessageStartingWith("surgery: square multiplies a matrix with itself; x must be something else");
    }

    @Test
    void a_tied_table_is_cut_at_its_lookup_and_at_the_head() {
        Transformer model = Models.gpt2(1);
        Plan plan = Plan.of(model, Compression.keepAll().on(embedding()).factorise(rank(4)));

        String text =
                GraphText.of(Surgeon.operate(Blueprint.scoring(model), plan).graph());

        assertThat(text)
                .contains("embedding.left = Variable [48,4]\n")
                .contains("embedding.rows = MatMul(embedding.rows.left, embedding.right) : ")
                .contains("head.out = MatMul(head.out.right, embedding.left) transpose_b : ")
                .doesNotContain("embedding = Variable");
    }
}
