package dev.lancet.surgery;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Weight;
import dev.lancet.dsl.plan.ArraySpec;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Step;
import dev.lancet.dsl.plan.StoredMatrix;
import dev.lancet.surgery.graph.GraphView;
import dev.lancet.surgery.graph.Node;
import dev.lancet.surgery.rule.FactoriseMatMul;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.tensorflow.proto.DataType;

/** The weights of a plan as a graph holds them. */
final class GraphWeights {

    private final GraphView graph;

    GraphWeights(GraphView graph) {
        this.graph = graph;
    }

    /**
     * Whether the graph has every array of a stored matrix with its type and shape, and, if the matrix is quantized, no
     * array of another quantized form.
     */
    boolean holds(StoredMatrix matrix) {
        List<ArraySpec> arrays = matrix.arrays();
        List<String> names = arrays.stream().map(ArraySpec::name).toList();
        return arrays.stream().allMatch(this::holds)
                && (!matrix.precision().quantized()
                        || Weight.quantizedArrays(matrix.name()).stream()
                                .allMatch(name ->
                                        names.contains(name) || variable(name).isEmpty()));
    }

    boolean holds(ArraySpec array) {
        return variable(array.name())
                .filter(handle ->
                        handle.type("dtype") == type(array) && shape(handle).equals(array.shape()))
                .isPresent();
    }

    Optional<Node> variable(String name) {
        return graph.find(name).filter(node -> node.is("VarHandleOp"));
    }

    /** Whether a weight is already factored, but with another operation between its factors than the step asks for. */
    boolean factoredOtherwise(Step step) {
        return variable(step.weight().left()).isPresent()
                && variable(step.weight().left()).stream().anyMatch(GraphWeights::feedsNonlinearity)
                        != step.between().isPresent();
    }

    /** Whether a weight already has a correction in the graph, although the step asks for none. */
    boolean correctedOtherwise(Step step) {
        return step.correction().isEmpty()
                && variable(step.weight().correctionA()).isPresent();
    }

    /**
     * Whether a product with this variable feeds a nonlinearity. A dequantization may come before the product, and a Mul
     * or Cast after it.
     */
    private static boolean feedsNonlinearity(Node node) {
        return users(node)
                .anyMatch(user -> user.is("MatMul")
                        ? users(user)
                                .anyMatch(next -> FactoriseMatMul.bends(next)
                                        || ((next.is("Mul") || next.is("Cast"))
                                                && users(next).anyMatch(FactoriseMatMul::bends)))
                        : feedsNonlinearity(user));
    }

    private static Stream<Node> users(Node node) {
        return node.uses().stream().map(Node.Use::node);
    }

    private static DataType type(ArraySpec array) {
        return switch (array.type()) {
            case FLOAT32 -> DataType.DT_FLOAT;
            case BFLOAT16 -> DataType.DT_BFLOAT16;
            case INT8, UINT8 -> DataType.DT_UINT8;
        };
    }

    private static List<Integer> shape(Node handle) {
        return handle.attribute("shape")
                .flatMap(shape -> Node.dimensions(shape.getShape()))
                .orElse(List.of());
    }

    /** The error for a weight that is neither whole nor already compressed as its step says. */
    LancetException unexpectedForm(Step step) {
        String name = step.weight().name();
        if (correctedOtherwise(step)) {
            return new LancetException(
                    "surgery: " + name + " already has a correction in the graph, but not in the plan ("
                            + step.because() + "); operate on the graph of the declared model");
        }
        Optional<Node> there = variable(name);
        if (there.isPresent()) {
            return new LancetException("surgery: " + name + " is "
                    + there.get().type("dtype").name().substring(3).toLowerCase(Locale.ROOT)
                    + " " + shape(there.get()) + " in the graph; the plan expects float "
                    + step.weight().shape()
                    + " or the compressed form");
        }
        if (variable(step.weight().left()).isPresent()) {
            return new LancetException(
                    "surgery: " + name + " is already factored in the graph, but differently from the plan ("
                            + step.because() + "); operate on the graph of the declared model");
        }
        return new LancetException("surgery: the graph has no variable '" + name + "'; near it: "
                + Plan.nearMisses(
                        name,
                        graph.nodes().stream()
                                .filter(node -> node.is("VarHandleOp"))
                                .map(Node::name)
                                .toList()));
    }
}
