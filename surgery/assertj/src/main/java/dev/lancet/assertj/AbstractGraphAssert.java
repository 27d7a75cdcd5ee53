package dev.lancet.assertj;

import dev.lancet.surgery.golden.GraphFile;
import dev.lancet.surgery.golden.TextDiff;
import dev.lancet.surgery.graph.Operators;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.assertj.core.api.AbstractAssert;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;

/**
 * Assertions on a graph, from any source.
 *
 * @param <S> the assertion itself
 * @param <A> the type of the asserted value
 */
public abstract class AbstractGraphAssert<S extends AbstractGraphAssert<S, A>, A> extends AbstractAssert<S, A> {

    /** Receives failures: throws them, or collects them for soft assertions. */
    Consumer<AssertionError> failures = failure -> {
        throw failure;
    };

    AbstractGraphAssert(A actual, Class<?> self) {
        super(actual, self);
    }

    /** The graph; read at its first use. */
    abstract GraphFile file();

    /**
     * Verifies that the graph has the text of the golden file with this name, see {@link GoldenGraphs#here()}. The text
     * of a SavedModel begins with its signatures.
     *
     * <pre>{@code
     * assertThat(Blueprint.scoring(mini)).isGolden("mini.scoring.graph");  // passes
     * assertThat(Blueprint.scoring(wider)).isGolden("mini.scoring.graph"); // fails, and shows the lines that differ
     * }</pre>
     */
    public S isGolden(String name) {
        return isGolden(name, GoldenGraphs.here());
    }

    /** Verifies that the graph has the text of a golden file in this folder. */
    public S isGolden(String name, GoldenGraphs goldens) {
        isNotNull();
        goldens.difference(name, file().text()).ifPresent(this::complain);
        return myself;
    }

    /**
     * Verifies that no node has this operator, in the graph or in a function of its library.
     *
     * <pre>{@code
     * assertThat(slim).hasNoOp("BatchMatMulV3");  // passes
     * assertThat(slim).hasNoOp("BatchMatMulV2");  // fails: h.0.attn.scores is a BatchMatMulV2
     * }</pre>
     */
    public S hasNoOp(String op) {
        List<String> found = nodes().filter(node -> node.getOp().equals(op))
                .map(NodeDef::getName)
                .toList();
        if (!found.isEmpty()) {
            complain("graph: " + found.get(0) + " is a " + op
                    + (found.size() == 1 ? "" : ", and so are " + (found.size() - 1) + " more"));
        }
        return myself;
    }

    /**
     * Verifies that a node has this operator, in the graph or in a function of its library.
     *
     * <pre>{@code
     * assertThat(slim).hasOp("Bitcast");  // passes
     * assertThat(dense).hasOp("Bitcast"); // fails
     * }</pre>
     */
    public S hasOp(String op) {
        if (nodes().noneMatch(node -> node.getOp().equals(op))) {
            complain("graph: no node is a " + op);
        }
        return myself;
    }

    /**
     * Verifies that a version of TensorFlow supports every operator of the graph and of its functions.
     *
     * <pre>{@code
     * assertThat(slim).onlyUsesOpsOf("2.18");                      // passes
     * assertThat(withAnOpOfMyOwn).onlyUsesOpsOf("2.18");           // fails, and names operators and nodes
     * }</pre>
     *
     * @param version major and minor number; one of {@link Operators#VERSIONS}
     * @throws IllegalArgumentException if the operators of that version are not known
     */
    public S onlyUsesOpsOf(String version) {
        Operators operators = Operators.of(version);
        Set<String> functions = graph().getLibrary().getFunctionList().stream()
                .map(function -> function.getSignature().getName())
                .collect(Collectors.toSet());
        Map<String, String> unknown = new TreeMap<>();
        nodes().filter(node -> !operators.has(node.getOp()) && !functions.contains(node.getOp()))
                .forEach(node -> unknown.putIfAbsent(node.getOp(), node.getName()));
        if (!unknown.isEmpty()) {
            complain("graph: TensorFlow " + version + " has no "
                    + unknown.entrySet().stream()
                            .map(entry -> entry.getKey() + " (" + entry.getValue() + ")")
                            .collect(Collectors.joining(", ")));
        }
        return myself;
    }

    /**
     * Verifies that no constant takes more than this number of bytes, in the graph or in a function. Weights belong into
     * variables: a graph has a limit of 2 GiB, and TensorFlow copies constants several times.
     *
     * <pre>{@code
     * assertThat(Path.of("saved_model")).hasNoConstOver(1 << 20); // passes
     * assertThat(Path.of("frozen.pb")).hasNoConstOver(1 << 20);   // fails, and names the largest
     * }</pre>
     */
    public S hasNoConstOver(long bytes) {
        List<NodeDef> over = nodes().filter(node -> node.getOp().equals("Const") && size(node) > bytes)
                .sorted((a, b) -> Long.compare(size(b), size(a)))
                .toList();
        if (!over.isEmpty()) {
            complain("graph: the constant " + over.get(0).getName() + " takes " + size(over.get(0))
                    + " bytes, more than " + bytes
                    + (over.size() == 1 ? "" : ", and so do " + (over.size() - 1) + " more"));
        }
        return myself;
    }

    private static long size(NodeDef constant) {
        return constant.containsAttr("value")
                ? constant.getAttrOrThrow("value").getTensor().getSerializedSize()
                : 0;
    }

    /**
     * Verifies that it has the same inputs and outputs as another graph. SavedModels are compared by their signatures,
     * with the names, types and shapes of inputs and outputs; graphs without signatures by their placeholders and the
     * names of the nodes that no node uses.
     *
     * <pre>{@code
     * assertThat(slim).hasSameSignatureAs(original);  // passes
     * assertThat(slim).hasSameSignatureAs(another);   // fails, and shows the lines that differ
     * }</pre>
     */
    public S hasSameSignatureAs(GraphDef other) {
        return hasSameSignatureAs(GraphFile.of(other));
    }

    /** Verifies that it has the same inputs and outputs as a model on disk. */
    public S hasSameSignatureAs(Path other) {
        return hasSameSignatureAs(GraphFile.read(other));
    }

    private S hasSameSignatureAs(GraphFile other) {
        isNotNull();
        TextDiff difference = TextDiff.of(other.signature(), file().signature());
        if (!difference.isEmpty()) {
            complain("graph: the signatures differ\n\n" + DifferenceMessage.of(difference, "other", "actual"));
        }
        return myself;
    }

    /**
     * Starts assertions on all linear layers whose weight matches a name; {@code *} stands for any characters.
     *
     * <pre>{@code
     * assertThat(slim).hasLinear("h.*.mlp.up").factoredAtRank(16).quantizedTo(8);  // passes
     * assertThat(dense).hasLinear("h.*.mlp.up").factoredAtRank(16);                // fails: h.0.mlp.up is in one piece
     * assertThat(slim).hasLinear("h.*.mlp.upp");                                   // fails: no weight is called so
     * }</pre>
     */
    public LinearAssert hasLinear(String glob) {
        isNotNull();
        Linears linears = Linears.of(graph());
        List<String> weights = linears.like(glob);
        if (weights.isEmpty()) {
            complain("graph: no weight is called " + glob + "; near it: " + linears.nearMisses(glob));
        }
        return new LinearAssert(linears, weights, this::complain);
    }

    /**
     * Starts a comparison with the outputs of another model for the same inputs. It runs TensorFlow, so it needs {@code
     * dev.lancet:lancet-runtime} on the class path of the tests.
     *
     * <pre>{@code
     * assertThat(Path.of("slim")).isNumericallyEqualTo(Path.of("original")).within(1e-5);
     * }</pre>
     *
     * @param other a SavedModel folder, a frozen graph, or a Lancet model folder
     */
    public NumericAssert isNumericallyEqualTo(Path other) {
        isNotNull();
        return new NumericAssert(file(), GraphFile.read(other), this::complain);
    }

    /** Starts a comparison with the outputs of a graph without variables. */
    public NumericAssert isNumericallyEqualTo(GraphDef other) {
        isNotNull();
        return new NumericAssert(file(), GraphFile.of(other), this::complain);
    }

    GraphDef graph() {
        isNotNull();
        return file().graph();
    }

    private Stream<NodeDef> nodes() {
        GraphDef graph = graph();
        return Stream.concat(
                graph.getNodeList().stream(),
                graph.getLibrary().getFunctionList().stream()
                        .map(FunctionDef::getNodeDefList)
                        .flatMap(List::stream));
    }

    /** Fails with this message, after the description given by {@code as}. */
    void complain(String message) {
        AssertionError failure = new AssertionError("");
        try {
            failWithMessage("%s", message);
        } catch (AssertionError described) {
            failure = described;
        }
        failures.accept(failure);
    }
}
