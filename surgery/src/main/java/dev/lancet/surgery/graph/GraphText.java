package dev.lancet.surgery.graph;

import java.util.Comparator;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GradientDef;
import org.tensorflow.proto.GraphDef;

/**
 * A graph as text: one line a node, every node after its inputs, then one section a function. A change shows as the lines that
 * changed.
 *
 * <pre>
 * ids = Placeholder int32 [-1,-1]
 * embedding = Variable [256,64]
 * embedding.axis = Const int32 0
 * embedding.rows = GatherV2(embedding, ids, embedding.axis)
 * h.0.attn.norm = &#64;norm(embedding.rows, h.0.attn.norm.gain) : [16,64]
 * </pre>
 *
 * <p>A variable is its {@code VarHandleOp X} and its {@code ReadVariableOp X.read} in one line; others see the value as
 * {@code X} and the handle as {@code &X}. A constant shows its values up to {@value ConstantText#SHOWN}, a larger one its
 * shape and the first eight digits of a SHA-256 over its values. {@code ^x} runs after x. A call is {@code @function(...)}.
 *
 * <p>Attributes are shown but for these: what has the default of TensorFlow's registry, types that are float, index types that
 * are int32, and TensorFlow's notes to itself, which begin with an underscore. All of it is laid down in
 * {@code docs/reference/graph-text.md}.
 */
public final class GraphText {

    /** The version of the canonical text; it moves whenever the text of some graph would. */
    public static final int VERSION = 1;

    /** What the first line of a canonical text begins with, the version behind it. */
    public static final String HEADER = "# lancet graph text ";

    private GraphText() {}

    /**
     * The text of a graph as it stands: nodes in its own order as far as inputs come first, and behind a colon the shapes that
     * nodes say of themselves ({@code _output_shapes}). It is what rules are tested in, and what {@link #parse} reads.
     */
    public static String of(GraphDef graph) {
        return of(GraphView.of(graph));
    }

    /** The text of a graph as it stands. */
    public static String of(GraphView graph) {
        return text(graph, NodeFormatter.DRAWN);
    }

    /**
     * The canonical text, for goldens and for comparing: graphs that compute the same by the same names have the same text,
     * whichever version of TensorFlow wrote them and in whichever order. It opens with the version of the text; nodes stand
     * depth first before those that nobody takes, by name; shapes that nodes say of themselves are left out.
     *
     * @throws dev.lancet.dsl.LancetException if the graph is none: two nodes of one name, an input that is not there, a circle
     */
    public static String canonical(GraphDef graph) {
        return HEADER + VERSION + '\n' + text(GraphView.of(graph), NodeFormatter.CANONICAL);
    }

    private static String text(GraphView graph, NodeFormatter formatter) {
        StringBuilder text = new StringBuilder();
        for (Node node : formatter.ordered(graph)) {
            if (!VariableLines.readOfVariable(node)) {
                text.append(formatter.line(node)).append('\n');
            }
        }
        for (FunctionDef function : graph.functions().values()) {
            text.append('\n').append(formatter.section(function));
        }
        graph.definition().getLibrary().getGradientList().stream()
                .sorted(Comparator.comparing(GradientDef::getFunctionName))
                .forEach(gradient -> text.append("\ngradient of ")
                        .append(gradient.getFunctionName())
                        .append(" = ")
                        .append(gradient.getGradientFunc())
                        .append('\n'));
        return text.toString();
    }

    /**
     * The graph that has this text. What the text leaves out stays unsaid in the graph too, so it serves to state the before
     * and after of a rule rather than to be run; functions are not read.
     *
     * @throws IllegalArgumentException naming the line that cannot be read
     */
    public static GraphDef parse(String text) {
        return new GraphParser(text).graph();
    }
}
