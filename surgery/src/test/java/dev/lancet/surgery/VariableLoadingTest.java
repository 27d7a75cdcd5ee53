package dev.lancet.surgery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lancet.surgery.graph.GraphBuilder;
import dev.lancet.surgery.graph.TensorType;
import org.junit.jupiter.api.Test;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;

class VariableLoadingTest {

    @Test
    void every_variable_is_assigned_from_a_placeholder_of_its_own() {
        GraphBuilder builder = GraphBuilder.graph();
        builder.variable("codes", TensorType.of(DataType.DT_UINT8, 3));
        builder.variable("gain", TensorType.of(DataType.DT_FLOAT, 3));
        GraphDef before = builder.toGraph();
        GraphDef after = VariableLoading.into(before);
        assertThat(after.getNodeList().subList(0, before.getNodeCount())).isEqualTo(before.getNodeList());
        assertThat(after.getNodeList().stream().skip(before.getNodeCount()).map(NodeDef::getName))
                .containsExactly("codes.load", "codes.assign", "gain.load", "gain.assign");
        assertThat(after.getNode(before.getNodeCount() + 1).getInputList()).containsExactly("codes", "codes.load");
        assertThat(after.getNode(before.getNodeCount() + 3).getInputList()).containsExactly("gain", "gain.load");
        assertThat(after.getNode(before.getNodeCount()).getAttrOrThrow("dtype").getType())
                .isEqualTo(DataType.DT_UINT8);
    }

    @Test
    void a_graph_is_not_loaded_twice() {
        GraphDef loaded = VariableLoading.into(Blueprint.scoring(Declared.llama(1)));
        assertThatThrownBy(() -> VariableLoading.into(loaded))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "loading: the graph already has a node 'embedding.load'; call this once per graph, or rename the"
                                + " node");
    }
}
