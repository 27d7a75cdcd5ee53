package dev.lancet.surgery.golden;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lancet.surgery.graph.Attributes;
import dev.lancet.surgery.graph.GraphText;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;

/** A graph of 100,000 nodes takes seconds; anything quadratic would take hours. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class LargeGraphTest {

    private static final int LAYERS = 20_000;

    private static NodeDef node(String name, String op, String... inputs) {
        return NodeDef.newBuilder()
                .setName(name)
                .setOp(op)
                .addAllInput(List.of(inputs))
                .putAttr("T", Attributes.of(DataType.DT_FLOAT))
                .build();
    }

    private static GraphDef graph(String activation, int every) {
        List<NodeDef> nodes = new ArrayList<>();
        nodes.add(node("x.0", "Placeholder"));
        for (int i = 0; i < LAYERS; i++) {
            String op = i % every == 0 ? activation : "Relu";
            nodes.add(node("w." + i, "VarHandleOp"));
            nodes.add(node("w." + i + ".read", "ReadVariableOp", "w." + i));
            nodes.add(node("h." + i, "MatMul", "x." + i, "w." + i + ".read"));
            nodes.add(node("a." + i, op, "h." + i));
            nodes.add(node("x." + (i + 1), "AddV2", "a." + i, "x." + i));
        }
        Collections.shuffle(nodes, new Random(7));
        return GraphDef.newBuilder().addAllNode(nodes).build();
    }

    @Test
    @Tag("slow")
    void a_graph_of_a_hundred_thousand_nodes_prints_and_compares() {
        GraphDef graph = graph("Relu", 1);
        String before = GraphText.canonical(graph);
        String after = GraphText.canonical(graph("Tanh", 10));

        String unified = TextDiff.of(before, after).unified("before", "after", Integer.MAX_VALUE);

        assertThat(unified.lines().filter(line -> line.startsWith("-a."))).hasSize(LAYERS / 10);
        assertThat(TextDiff.of(before, after).names().changed()).hasSize(LAYERS / 10);
    }

    @Test
    void texts_without_a_common_line_compare() {
        String before = GraphText.canonical(graph("Relu", 1));
        String after = before.replace("x.", "y.").replace("w.", "v.");

        assertThat(TextDiff.of(before, after).unified("before", "after", 10)).contains("\n-x.1 ", "\n+y.0 ");
    }
}
