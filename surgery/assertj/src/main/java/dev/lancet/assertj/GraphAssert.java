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
     * Verifies that the graph has this text, with the shapes that its nodes say of themselves, see {@link GraphText#of}.
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
            complain("graph: the text is another\n\n" + difference.unified("expected", "actual", SHOWN));
        }
        return this;
    }
}
