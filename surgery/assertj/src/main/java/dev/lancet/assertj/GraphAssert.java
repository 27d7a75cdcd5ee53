package dev.lancet.assertj;

import dev.lancet.surgery.golden.GraphFile;
import dev.lancet.surgery.golden.TextDiff;
import dev.lancet.surgery.graph.GraphText;
import org.tensorflow.proto.GraphDef;

/** Assertions on a graph in memory. */
public class GraphAssert extends AbstractGraphAssert<GraphAssert, GraphDef> {

    /** Assertions on this graph. */
    public GraphAssert(GraphDef actual) {
        super(actual, GraphAssert.class);
    }

    @Override
    GraphFile file() {
        return GraphFile.of(actual);
    }

    /**
     * Verifies that the graph has this text, with the shapes that its nodes declare, see {@link GraphText#of}.
     *
     * <pre>{@code
     * assertThat(graph).hasText("x = Placeholder [2]\ny = Neg(x)\n"); // passes
     * assertThat(graph).hasText("x = Placeholder [2]\ny = Abs(x)\n"); // fails, and shows the line that differs
     * }</pre>
     */
    public GraphAssert hasText(String expected) {
        isNotNull();
        TextDiff difference = TextDiff.of(expected, GraphText.of(actual));
        if (!difference.isEmpty()) {
            complain("graph: the texts differ\n\n" + DifferenceMessage.of(difference, "expected", "actual"));
        }
        return this;
    }

    /**
     * Verifies that the difference between this graph and another equals the golden file with this name: a unified diff
     * of their texts with three lines of context. It shows the effect of a rewrite, which a golden file of the whole
     * graph would hide.
     *
     * <pre>{@code
     * assertThat(rewritten).isGoldenDifference(plain, "my-rewrite.diff"); // passes: the same lines changed as before
     * assertThat(plain).isGoldenDifference(plain, "my-rewrite.diff");     // fails: nothing changed
     * }</pre>
     */
    public GraphAssert isGoldenDifference(GraphDef before, String name) {
        return isGoldenDifference(before, name, GoldenGraphs.here());
    }

    /** Verifies that the graph differs from another one by what a golden of this folder holds. */
    public GraphAssert isGoldenDifference(GraphDef before, String name, GoldenGraphs goldens) {
        isNotNull();
        TextDiff difference = TextDiff.of(GraphText.of(before), GraphText.of(actual));
        String text = difference.unified("before", "after", Integer.MAX_VALUE);
        goldens.difference(name, text).ifPresent(this::complain);
        return this;
    }
}
