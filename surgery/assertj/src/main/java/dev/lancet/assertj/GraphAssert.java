package dev.lancet.assertj;

import dev.lancet.surgery.golden.TextDiff;
import dev.lancet.surgery.graph.GraphText;
import dev.lancet.surgery.graph.GraphView;
import dev.lancet.surgery.graph.Node;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.assertj.core.api.AbstractAssert;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;

/** Assertions on a graph. */
public final class GraphAssert extends AbstractAssert<GraphAssert, GraphDef> {

    GraphAssert(GraphDef actual) {
        super(actual, GraphAssert.class);
    }

    /**
     * Verifies that the graph has the text of the golden of this name, see {@link GoldenGraphs#here()}.
     *
     * <pre>{@code
     * assertThat(Blueprint.scoring(mini)).isGolden("mini.scoring.graph");  // passes
     * assertThat(Blueprint.scoring(wider)).isGolden("mini.scoring.graph"); // fails, and shows the lines that differ
     * }</pre>
     */
    public GraphAssert isGolden(String name) {
        return isGolden(name, GoldenGraphs.here());
    }

    /** Verifies that the graph has the text of a golden of this folder. */
    public GraphAssert isGolden(String name, GoldenGraphs goldens) {
        isNotNull();
        goldens.verify(name, GraphText.canonical(actual));
        return this;
    }

    /**
     * Verifies that the graph has this canonical text.
     *
     * <pre>{@code
     * assertThat(graph).hasText("x = Placeholder [2]\ny = Neg(x)\n"); // passes
     * assertThat(graph).hasText("x = Placeholder [2]\ny = Abs(x)\n"); // fails, and shows the line that differs
     * }</pre>
     */
    public GraphAssert hasText(String expected) {
        isNotNull();
        String text = GraphText.of(actual);
        if (!text.equals(expected)) {
            failWithMessage(
                    "%s",
                    "graph: the text is another\n\n"
                            + TextDiff.of(expected, text).unified("expected", "actual", 400));
        }
        return this;
    }

    /**
     * Verifies that no node, in the graph or in a function of its library, has this operator.
     *
     * <pre>{@code
     * assertThat(slim).hasNoOp("BatchMatMulV3");  // passes
     * assertThat(slim).hasNoOp("BatchMatMulV2");  // fails: h.0.attn.scores is a BatchMatMulV2
     * }</pre>
     */
    public GraphAssert hasNoOp(String op) {
        isNotNull();
        List<String> found = named(op);
        if (!found.isEmpty()) {
            failWithMessage(
                    "%s",
                    "graph: " + found.get(0) + " is a " + op
                            + (found.size() == 1 ? "" : ", and so are " + (found.size() - 1) + " more"));
        }
        return this;
    }

    /**
     * Verifies that some node, in the graph or in a function of its library, has this operator.
     *
     * <pre>{@code
     * assertThat(slim).hasOp("Bitcast");  // passes
     * assertThat(dense).hasOp("Bitcast"); // fails
     * }</pre>
     */
    public GraphAssert hasOp(String op) {
        isNotNull();
        if (named(op).isEmpty()) {
            failWithMessage("%s", "graph: no node is a " + op);
        }
        return this;
    }

    private List<String> named(String op) {
        Stream<NodeDef> inFunctions = actual.getLibrary().getFunctionList().stream()
                .map(FunctionDef::getNodeDefList)
                .flatMap(List::stream);
        return Stream.concat(actual.getNodeList().stream(), inFunctions)
                .filter(node -> node.getOp().equals(op))
                .map(NodeDef::getName)
                .toList();
    }

    /**
     * Begins assertions on all linear layers whose weight has a name like this; {@code *} stands for any letters.
     *
     * <pre>{@code
     * assertThat(slim).hasLinear("h.*.mlp.up").factoredAtRank(16).inBits(8);  // passes
     * assertThat(dense).hasLinear("h.*.mlp.up").factoredAtRank(16);           // fails: h.0.mlp.up is in one piece
     * assertThat(slim).hasLinear("h.*.mlp.upp");                              // fails: no weight is called so
     * }</pre>
     */
    public LinearAssert hasLinear(String glob) {
        isNotNull();
        Pattern pattern = Pattern.compile(
                Pattern.compile("\\*").splitAsStream(glob).map(Pattern::quote).collect(Collectors.joining(".*"))
                        + (glob.endsWith("*") ? ".*" : ""));
        GraphView view = GraphView.of(actual);
        List<String> weights = view.nodes().stream()
                .filter(node -> node.is("VarHandleOp"))
                .map(Node::name)
                .map(name -> name.endsWith(".left") ? name.substring(0, name.length() - ".left".length()) : name)
                .filter(name -> !name.endsWith(".right") && !name.endsWith(".scale"))
                .filter(name -> pattern.matcher(name).matches())
                .distinct()
                .toList();
        if (weights.isEmpty()) {
            failWithMessage("%s", "graph: no weight is called " + glob + "; near it: " + view.nearMisses(glob));
        }
        return new LinearAssert(view, weights);
    }

    /** Assertions on linear layers of a graph. */
    public static final class LinearAssert extends AbstractAssert<LinearAssert, List<String>> {

        private final GraphView graph;

        private LinearAssert(GraphView graph, List<String> weights) {
            super(weights, LinearAssert.class);
            this.graph = graph;
        }

        /** Verifies that each is two factors with this inner width. */
        public LinearAssert factoredAtRank(int rank) {
            for (String weight : actual) {
                Optional<Node> left = graph.find(weight + ".left");
                if (left.isEmpty()) {
                    failWithMessage("%s", "graph: " + weight + " is in one piece, not factored at rank " + rank);
                } else if (inner(left.get()) != rank) {
                    failWithMessage(
                            "%s", "graph: " + weight + " is factored at rank " + inner(left.get()) + ", not " + rank);
                }
            }
            return this;
        }

        /** Linear layers are stored by column: whatever their precision, the left factor has a column a rank. */
        private static int inner(Node left) {
            List<Integer> shape = left.attribute("shape")
                    .flatMap(value -> Node.dimensions(value.getShape()))
                    .orElse(List.of());
            return shape.get(shape.size() - 1);
        }

        /** Verifies that each, or each of its factors, is stored in so many bits: 32, 8 or 4. */
        public LinearAssert inBits(int bits) {
            for (String weight : actual) {
                for (String piece : graph.find(weight).isPresent()
                        ? List.of(weight)
                        : List.of(weight + ".left", weight + ".right")) {
                    int found = bits(graph.node(piece));
                    if (found != bits) {
                        failWithMessage("%s", "graph: " + piece + " is stored in " + found + " bits, not " + bits);
                    }
                }
            }
            return this;
        }

        private static int bits(Node handle) {
            if (handle.type("dtype") != DataType.DT_UINT8) {
                return 32;
            }
            boolean bytes = handle.uses().stream()
                    .flatMap(read -> read.node().uses().stream())
                    .flatMap(use -> use.node().is("GatherV2") ? use.node().uses().stream() : Stream.of(use))
                    .anyMatch(use -> use.node().is("Bitcast"));
            return bytes ? 8 : 4;
        }
    }
}
