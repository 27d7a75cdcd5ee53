package dev.lancet.surgery.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lancet.dsl.LancetException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;

class GraphBuilderTest {

    private static final TensorType VECTOR = TensorType.of(DataType.DT_FLOAT, -1, 4);

    @Test
    void a_graph_and_a_body_refer_to_values_each_in_its_way() {
        GraphBuilder graph = GraphBuilder.graph();
        Value x = graph.placeholder("x", VECTOR);
        Ops ops = new Ops(graph);
        List<Value> halves = ops.halves("halves", x, ops.constant("axis", 1), 1);
        ops.add("sum", halves.get(0), halves.get(1));
        assertThat(graph.toGraph().getNode(3).getInputList()).containsExactly("halves", "halves:1");

        GraphBuilder body = GraphBuilder.function("sum_of_halves");
        Value y = body.argument("y", VECTOR);
        Ops inside = new Ops(body);
        List<Value> parts = inside.halves("halves", y, inside.constant("axis", 1), 1);
        body.result("z", inside.add("sum", parts.get(0), parts.get(1)));
        FunctionDef function = body.toFunction().definition();
        assertThat(function.getNodeDef(1).getInputList()).containsExactly("axis:output:0", "y");
        assertThat(function.getNodeDef(2).getInputList()).containsExactly("halves:output:0", "halves:output:1");
        assertThat(function.getRetMap()).containsEntry("z", "sum:z:0").hasSize(1);
    }

    @Test
    void outputs_with_names_of_their_own_are_numbered_flat() {
        NodeDef entropy = NodeDef.newBuilder()
                .setName("entropy")
                .setOp("SparseSoftmaxCrossEntropyWithLogits")
                .build();
        assertThat(OutputNames.of(entropy, 1)).isEqualTo("backprop:0");
        assertThat(OutputNames.number(entropy, "backprop", 0)).isEqualTo(1);

        NodeDef split = NodeDef.newBuilder()
                .setName("split")
                .setOp("Split")
                .putAttr("num_split", Attributes.of(2))
                .build();
        assertThat(OutputNames.of(split, 1)).isEqualTo("output:1");
        assertThat(OutputNames.number(split, "output", 1)).isEqualTo(1);
        assertThatThrownBy(() -> OutputNames.of(split, 2))
                .isInstanceOf(LancetException.class)
                .hasMessage("graph: split is a Split, which has no output 2");
        assertThatThrownBy(() -> OutputNames.number(split, "halves", 0))
                .isInstanceOf(LancetException.class)
                .hasMessage("graph: split is a Split, which has no output 'halves'; its outputs are output");
    }

    @Test
    void a_call_has_the_arguments_and_results_of_its_function() {
        GraphBuilder body = GraphBuilder.function("twice");
        Value x = body.argument("x", VECTOR);
        body.result("y", new Ops(body).add("sum", x, x));
        GraphBuilder graph = GraphBuilder.graph();
        Value in = graph.placeholder("in", VECTOR);
        GraphBuilder.Function twice = graph.define(body);
        assertThat(graph.call("out", twice, List.of(in)))
                .singleElement()
                .extracting(Value::form)
                .isEqualTo(VECTOR);
        assertThatThrownBy(() -> graph.call("more", twice, List.of(in, in)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("more: twice takes 1 arguments, not 2");
        GraphDef drawn = graph.toGraph();
        assertThat(drawn.getLibrary().getFunctionCount()).isEqualTo(1);
        assertThat(drawn.getNode(1).getAttrOrThrow("f").getFunc().getName()).isEqualTo("twice");
    }

    @Test
    void a_name_is_drawn_once() {
        GraphBuilder graph = GraphBuilder.graph();
        graph.placeholder("x", VECTOR);
        assertThatThrownBy(() -> graph.placeholder("x", VECTOR))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("node 'x' already exists; use another name");
    }

    @Test
    void a_function_is_defined_one_way() {
        GraphBuilder graph = GraphBuilder.graph();
        GraphBuilder body = GraphBuilder.function("same");
        body.result("y", body.argument("x", VECTOR));
        graph.define(body);
        graph.define(body);
        GraphBuilder other = GraphBuilder.function("same");
        other.result("y", other.argument("z", VECTOR));
        assertThatThrownBy(() -> graph.define(other))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("function 'same' already exists with another definition; use another name");
    }

    @Test
    void shapes_that_do_not_broadcast_are_named() {
        GraphBuilder graph = GraphBuilder.graph();
        Value a = graph.placeholder("a", TensorType.of(DataType.DT_FLOAT, 2, 3));
        Value b = graph.placeholder("b", TensorType.of(DataType.DT_FLOAT, 4));
        assertThatThrownBy(() -> new Ops(graph).add("sum", a, b))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("sum: shapes [2, 3] and [4] do not broadcast");
        Value column = graph.placeholder("column", TensorType.of(DataType.DT_FLOAT, -1, 1));
        assertThat(new Ops(graph).add("grid", column, b).dims()).containsExactly(-1L, 4L);
    }

    @Test
    void constants_hold_their_values_in_their_shape() {
        GraphBuilder graph = GraphBuilder.graph();
        Ops ops = new Ops(graph);
        assertThat(ops.constant("scalar", 2.5f).dims()).isEmpty();
        assertThat(ops.ints("vector", 3, -1).dims()).containsExactly(2L);
        assertThat(graph.toGraph()
                        .getNode(1)
                        .getAttrOrThrow("value")
                        .getTensor()
                        .getTensorContent()
                        .toByteArray())
                .containsExactly(3, 0, 0, 0, -1, -1, -1, -1);
    }
}
