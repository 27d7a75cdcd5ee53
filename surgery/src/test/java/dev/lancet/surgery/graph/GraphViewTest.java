package dev.lancet.surgery.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lancet.dsl.LancetException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;

class GraphViewTest {

    private static NodeDef node(String name, String op, String... inputs) {
        return NodeDef.newBuilder()
                .setName(name)
                .setOp(op)
                .addAllInput(List.of(inputs))
                .build();
    }

    private static GraphDef graph(NodeDef... nodes) {
        return GraphDef.newBuilder().addAllNode(List.of(nodes)).build();
    }

    @Test
    void an_input_is_read_as_a_graph_spells_it() {
        assertThat(Input.parse("x")).isEqualTo(new Input("x", 0));
        assertThat(Input.parse("x:12")).isEqualTo(new Input("x", 12));
        assertThat(Input.parse("^x")).isEqualTo(new Input("x", Input.CONTROL));
        assertThat(List.of("x", "x:12", "^x"))
                .allSatisfy(text -> assertThat(Input.parse(text)).hasToString(text));
    }

    @Test
    void a_node_knows_its_inputs_and_its_users() {
        GraphView view = GraphView.of(
                graph(node("x", "Placeholder"), node("s", "Split", "x", "x"), node("y", "Add", "s:1", "s", "^x")));

        assertThat(view.node("y").producer(0)).map(Node::name).contains("s");
        assertThat(view.node("y").dataInputs()).extracting(Input::port).containsExactly(1, 0);
        assertThat(view.node("y").controlInputs()).extracting(Input::node).containsExactly("x");
        assertThat(view.node("x").uses())
                .extracting(use -> use.node().name() + " " + use.input() + " " + use.taken())
                .containsExactly("s 0 x", "s 1 x", "y 2 ^x");
    }

    @Test
    void a_graph_in_order_keeps_its_order_and_one_that_is_not_is_put_in_order() {
        GraphDef ordered = graph(node("b", "Const"), node("a", "Const"), node("c", "Add", "b", "a"));
        GraphDef shuffled = graph(node("c", "Add", "b", "a"), node("b", "Const"), node("a", "Const"));

        assertThat(GraphView.of(ordered).ordered()).extracting(Node::name).containsExactly("b", "a", "c");
        assertThat(GraphView.of(shuffled).ordered()).extracting(Node::name).containsExactly("b", "a", "c");
    }

    @Property(tries = 100)
    void every_node_comes_after_its_inputs(@ForAll @IntRange(min = 1, max = 40) int size, @ForAll long seed) {
        Random random = new Random(seed);
        List<NodeDef> nodes = new ArrayList<>(IntStream.range(0, size)
                .mapToObj(i -> node(
                        "n" + i,
                        "Op",
                        IntStream.range(0, i)
                                .filter(j -> random.nextInt(4) == 0)
                                .mapToObj(j -> (random.nextBoolean() ? "^n" : "n") + j)
                                .toArray(String[]::new)))
                .toList());
        Collections.shuffle(nodes, random);

        List<Node> ordered = GraphView.of(graph(nodes.toArray(NodeDef[]::new))).ordered();

        List<String> names = ordered.stream().map(Node::name).toList();
        assertThat(ordered).hasSize(size).allSatisfy(node -> assertThat(node.inputs())
                .allSatisfy(input -> assertThat(names.indexOf(input.node())).isLessThan(names.indexOf(node.name()))));
    }

    @Test
    void a_circle_is_named() {
        GraphView view =
                GraphView.of(graph(node("start", "Const"), node("a", "Add", "start", "b"), node("b", "Neg", "a")));

        assertThatThrownBy(view::ordered).isInstanceOf(LancetException.class).hasMessage("graph: a depends on itself");
    }

    @Test
    void a_control_flow_loop_is_not_a_cycle() {
        GraphView view = GraphView.of(graph(
                node("start", "Enter"),
                node("merge", "Merge", "start", "next"),
                node("next", "NextIteration", "merge")));

        assertThat(view.ordered()).extracting(Node::name).containsExactly("start", "merge", "next");
    }

    @Test
    void a_missing_input_is_an_error_with_near_misses() {
        assertThatThrownBy(() -> GraphView.of(graph(node("h.0.attn.q", "Const"), node("y", "Neg", "h.0.attn.qq"))))
                .isInstanceOf(LancetException.class)
                .hasMessage("graph: y takes 'h.0.attn.qq', which does not exist; near it: h.0.attn.q, y");
    }

    @Test
    void a_missing_name_is_an_error_with_near_misses() {
        assertThatThrownBy(() -> GraphView.of(graph(node("logits", "Const"))).node("logit"))
                .isInstanceOf(LancetException.class)
                .hasMessage("graph: no node is called 'logit'; near it: logits");
    }

    @Test
    void two_nodes_of_one_name_are_an_error() {
        assertThatThrownBy(() -> GraphView.of(graph(node("x", "Const"), node("x", "Const"))))
                .isInstanceOf(LancetException.class)
                .hasMessage("graph: two nodes are called 'x'; rename one");
    }

    @Test
    @Timeout(10)
    void a_chain_of_a_hundred_thousand_nodes_does_not_overflow_the_stack() {
        GraphDef.Builder chain = GraphDef.newBuilder().addNode(node("n0", "Placeholder"));
        for (int i = 1; i < 100_000; i++) {
            chain.addNode(node("n" + i, "Neg", "n" + (i - 1)));
        }

        String text = GraphText.of(chain.build());

        assertThat(text.lines().count()).isEqualTo(100_000);
        assertThat(text).endsWith("n99999 = Neg(n99998)\n");
    }
}
