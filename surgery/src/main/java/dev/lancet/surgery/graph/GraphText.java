package dev.lancet.surgery.graph;

import java.util.Comparator;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GradientDef;
import org.tensorflow.proto.GraphDef;

/**
 * A graph as text: one line for each node, every node after its inputs, then one section for each function. A changed
 * node shows as a changed line.
 *
 * <pre>
 * ids = Placeholder int32 [-1,-1]
 * embedding = Variable [256,64]
 * embedding.axis = Const int32 0
 * embedding.rows = GatherV2(embedding, ids, embedding.axis)
 * h.0.attn.norm = &#64;norm(embedding.rows, h.0.attn.norm.gain) : [16,64]
 * </pre>
 *
 * <p>A variable's {@code VarHandleOp X} and its {@code ReadVariableOp X.read} share one line; other lines refer to the
 * value as {@code X} and to the handle as {@code &X}. A constant shows up to {@value ConstantText#SHOWN} values; a larger
 * one shows its shape and the first eight digits of a SHA-256 over its values. {@code ^x} means "runs after x". A call is
 * {@code @function(...)}.
 *
 * <p>The text omits attributes that have the default of TensorFlow's registry, types that are float, index types that are
 * int32, and TensorFlow's internal notes, which begin with an underscore. {@code docs/reference/graph-text.md} is the
 * specification.
 */
public final class GraphText {

    /** The version of the canonical text; it changes whenever the text of some graph would change. */
    public static final int VERSION = 1;

    /** The beginning of the first line of a canonical text; the version follows. */
    public static final String HEADER = "# lancet graph text ";

    private GraphText() {}

    /**
     * The text of a graph in its own order, as far as inputs come first, with the shapes that nodes declare ({@code
     * _output_shapes}) after a colon. Tests of rules use this text, and {@link #parse} reads it.
     */
    public static String of(GraphDef graph) {
        return of(GraphView.of(graph));
    }

    /** The text of a graph in its own order, with declared shapes. */
    public static String of(GraphView graph) {
        return text(graph, NodeFormatter.DRAWN);
    }

    /**
     * The canonical text, for golden files and comparisons: graphs that compute the same with the same names have the
     * same text, whatever TensorFlow version wrote them and in whatever order. It begins with the version of the text.
     * Nodes are in depth-first order before the nodes that no node uses, by name; declared shapes are omitted.
     *
     * @throws dev.lancet.dsl.LancetException if the graph is invalid: a duplicate name, a missing input, or a cycle
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
     * The graph with this text. It lacks what the text omits, so it serves to state the graphs before and after a rule,
     * not to be run. Functions are not read.
     *
     * @throws IllegalArgumentException naming the line that it cannot read
     */
    public static GraphDef parse(String text) {
        return new GraphParser(text).graph();
    }
}
