package dev.lancet.runtime.translation;

import dev.lancet.dsl.Precision;
import dev.lancet.dsl.Weight;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.StoredMatrix;
import dev.lancet.runtime.onnx.layer.MatMulNodes;
import dev.lancet.surgery.graph.GraphView;
import dev.lancet.surgery.graph.Input;
import dev.lancet.surgery.graph.Node;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.tensorflow.proto.DataType;

/**
 * Finds products with matrices that Lancet stored in symmetric 4-bit codes, whose decoding one node of ONNX Runtime
 * replaces:
 *
 * <pre>
 * y = MatMul(x, decode(X, X.scale))   ->   y = MatMulNBits(x, X, X.scale)
 * </pre>
 *
 * What does not look so, such as looked-up tables, is translated operator by operator. So are 8-bit matrices: {@code
 * MatMulNBits} would round their inputs, which costs an encoder more than the 8 bits themselves, and it is no faster with
 * the many rows of an encoder.
 */
final class QuantizedProducts {

    /** Operators that decode symmetric 4-bit codes, some of them several times. */
    private static final Set<String> DECODING = Set.of(
            "VarHandleOp",
            "ReadVariableOp",
            "Identity",
            "Const",
            "BitwiseAnd",
            "RightShift",
            "ConcatV2",
            "Reshape",
            "Cast",
            "Sub",
            "Mul");

    /** Of these, the ones that decoding needs once. A second one belongs to the graph around it. */
    private static final List<String> ONCE = List.of("Sub", "Mul");

    private final Map<String, StoredMatrix> stored = new HashMap<>();
    private final Map<String, StoredMatrix> products = new HashMap<>();

    QuantizedProducts(GraphView graph, Plan plan) {
        plan.steps().stream()
                .flatMap(step -> step.matrices().stream())
                .filter(matrix -> matrix.precision().format() == Precision.Format.INT4)
                .filter(MatMulNodes::keepsCodes)
                .filter(matrix -> matrix.channels() == StoredMatrix.Channels.COLUMNS)
                .forEach(matrix -> stored.put(matrix.name(), matrix));
        graph.nodes().stream().filter(node -> node.is("MatMul")).forEach(this::look);
    }

    /** The matrix whose codes a node multiplies with. */
    Optional<StoredMatrix> matrix(Node node) {
        return Optional.ofNullable(products.get(node.name()));
    }

    /** Whether a product with codes stores this variable in its own layout. */
    boolean holds(String variable) {
        return products.values().stream()
                .anyMatch(matrix -> variable.equals(matrix.name()) || variable.equals(Weight.scale(matrix.name())));
    }

    private void look(Node product) {
        boolean plain = product.type("T") == DataType.DT_FLOAT
                && !product.flag("transpose_a")
                && !product.flag("transpose_b")
                && product.dataInputs().size() == 2;
        if (!plain) {
            return;
        }
        List<Node> sources = sources(product.producer(1).orElseThrow());
        if (!decodes(sources)) {
            return;
        }
        Set<String> variables = sources.stream()
                .filter(node -> node.is("VarHandleOp"))
                .map(Node::name)
                .collect(Collectors.toSet());
        variables.stream()
                .filter(name -> variables.equals(Set.of(name, Weight.scale(name))))
                .flatMap(name -> Optional.ofNullable(stored.get(name)).stream())
                .forEach(matrix -> products.put(product.name(), matrix));
    }

    private static boolean decodes(List<Node> sources) {
        return sources.stream().allMatch(node -> DECODING.contains(node.op()))
                && ONCE.stream()
                        .allMatch(op ->
                                sources.stream().filter(node -> node.is(op)).count() == 1);
    }

    /** All nodes that a value is computed from, itself included, up to the first that is no part of decoding. */
    private static List<Node> sources(Node value) {
        Set<String> seen = new HashSet<>();
        List<Node> sources = new ArrayList<>();
        Deque<Node> open = new ArrayDeque<>(List.of(value));
        while (!open.isEmpty()) {
            Node node = open.remove();
            if (!seen.add(node.name())) {
                continue;
            }
            sources.add(node);
            if (DECODING.contains(node.op())) {
                node.dataInputs().stream()
                        .map(Input::node)
                        .map(name -> node.graph().node(name))
                        .forEach(open::add);
            }
        }
        return sources;
    }
}
