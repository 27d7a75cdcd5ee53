package dev.lancet.surgery.gradient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lancet.surgery.graph.GraphText;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;

class OptimizerStepTest {

    private static final GraphDef GRADIENTS = GraphText.parse("""
            w = Variable [3,2]
            b = Variable [2]
            w.grad = Identity(w) : [3,2]
            b.grad = Identity(b) : [2]
            """);

    private static List<String> names(OptimizerStep updates) {
        return updates.on(GRADIENTS, List.of("w", "b")).getNodeList().stream()
                .map(NodeDef::getName)
                .toList();
    }

    @Test
    void only_matrices_decay() {
        assertThat(names(new OptimizerStep(0.9, 0.95, 1e-8, 0.1, 1)))
                .contains("w.decayed", "w.update", "b.update")
                .doesNotContain("b.decayed");
    }

    @Test
    void settings_that_are_zero_add_no_nodes() {
        assertThat(names(new OptimizerStep(0.9, 0.95, 1e-8, 0, 0)))
                .contains("grad.norm", "train", "train.start")
                .doesNotContain("w.decayed", "w.grad.clipped", "clip", "decay");
    }

    @Test
    void no_variable_changes_before_the_norm_is_known() {
        GraphDef graph = new OptimizerStep(0.9, 0.95, 1e-8, 0.1, 0).on(GRADIENTS, List.of("w", "b"));
        assertThat(graph.getNodeList())
                .filteredOn(node ->
                        List.of("ResourceApplyAdam", "AssignSubVariableOp").contains(node.getOp()))
                .hasSize(3)
                .allSatisfy(node -> assertThat(node.getInputList()).contains("^grad.norm"));
    }

    @Test
    void settings_that_are_out_of_range_are_refused() {
        assertThatThrownBy(() -> new OptimizerStep(1, 0.95, 1e-8, 0, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("beta1: 1.0; it must be 0 up to 1");
        assertThatThrownBy(() -> new OptimizerStep(0.9, 0.95, 1e-8, 0, -1))
                .hasMessage("clip: -1.0; it must be 0 (none) or more");
    }
}
