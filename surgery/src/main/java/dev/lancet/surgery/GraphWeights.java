package dev.lancet.surgery;

import dev.lancet.dsl.LancetException;
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

/** What a graph holds of the weights of a plan. */
final class GraphWeights {

    private final GraphView graph;

    GraphWeights(GraphView graph) {
        this.graph = graph;
    }

    /** Whether every array of a piece is there in its type and shape. */
    boolean holds(StoredMatrix matrix) {
        return matrix.arrays().stream().allMatch(this::holds);
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

    /** Whether a weight is factored already, with something else between its factors than the step says. */
    boolean factoredOtherwise(Step step) {
        return variable(step.weight().left()).isPresent()
                && variable(step.weight().left()).stream().anyMatch(GraphWeights::bent)
                        != step.between().isPresent();
    }

    /** Whether the product with a variable, which may be unpacked before and scaled or cast after, goes into a nonlinearity. */
    private static boolean bent(Node node) {
        return users(node)
                .anyMatch(user -> user.is("MatMul")
                        ? users(user)
                                .anyMatch(next -> FactoriseMatMul.bends(next)
                                        || ((next.is("Mul") || next.is("Cast"))
                                                && users(next).anyMatch(FactoriseMatMul::bends)))
                        : bent(user));
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

    /** Says what is wrong with a weight that is neither whole nor already as its step says. */
    LancetException stranger(Step step) {
        String name = step.weight().name();
        Optional<Node> there = variable(name);
        if (there.isPresent()) {
            return new LancetException("surgery: " + name + " is "
                    + there.get().type("dtype").name().substring(3).toLowerCase(Locale.ROOT)
                    + " " + shape(there.get()) + " in the graph; the plan expects float "
                    + step.weight().shape()
                    + ", or what it becomes");
        }
        if (variable(step.weight().left()).isPresent()) {
            return new LancetException(
                    "surgery: " + name + " is already factored in the graph, but not as the plan says ("
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
