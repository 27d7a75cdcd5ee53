package dev.lancet.surgery.rule;

import dev.lancet.surgery.graph.ConstantTensors;
import dev.lancet.surgery.graph.Input;
import dev.lancet.surgery.graph.Node;
import dev.lancet.surgery.graph.TensorType;
import dev.lancet.surgery.graph.Value;
import dev.lancet.surgery.match.Pattern;
import dev.lancet.surgery.match.Property;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.tensorflow.proto.DataType;

/** The two kinds of uses of a matrix that the rules of this package look for, and their properties. */
final class MatrixUses {

    private static final Property<Node, String> NAME = new Property<>("name", node -> Optional.of(node.name()));
    private static final Property<Node, Node> FIRST = new Property<>("input 0", node -> node.producer(0));
    private static final Property<Node, Node> SECOND = new Property<>("input 1", node -> node.producer(1));

    private MatrixUses() {}

    private static Pattern<Node> op(String op) {
        return Pattern.of(op, node -> node.is(op));
    }

    private static Pattern<Node> reading(String weight) {
        Pattern<Node> variable = op("VarHandleOp")
                .where(NAME.equalTo(weight))
                .where("float", handle -> handle.type("dtype") == DataType.DT_FLOAT);
        return op("ReadVariableOp").where(FIRST.like(variable));
    }

    /** {@code x · W} or {@code x · Wᵀ} for the float variable W of this name. */
    static Pattern<Node> matmul(String weight) {
        return op("MatMul").where(SECOND.like(reading(weight)));
    }

    /** Rows of the float variable of this name. */
    static Pattern<Node> lookup(String weight) {
        return op("GatherV2").where(FIRST.like(reading(weight)));
    }

    /** The reason why this product cannot be treated, or empty if it can. */
    static Optional<Refusal> refuseMatMul(Node site) {
        if (site.flag("transpose_a")) {
            return Optional.of(new Refusal(site.name() + " transposes its input; only x · W and x · Wᵀ are treated"));
        }
        return site.dataInputs().get(0).equals(site.dataInputs().get(1))
                ? Optional.of(new Refusal(site.name() + " multiplies a matrix with itself; x must be something else"))
                : Optional.empty();
    }

    /** The reason why this lookup cannot be treated, or empty if it can. */
    static Optional<Refusal> refuseLookup(Node site) {
        boolean rows = site.producer(2)
                .filter(axis -> axis.is("Const"))
                .flatMap(axis -> axis.attribute("value"))
                .flatMap(value -> ConstantTensors.shortIntegers(value.getTensor()))
                .filter(axis -> axis.equals(List.of(0L)))
                .isPresent();
        boolean batched =
                site.attribute("batch_dims").filter(dims -> dims.getI() != 0).isPresent();
        return rows && !batched
                ? Optional.empty()
                : Optional.of(
                        new Refusal(site.name() + " does not gather rows; only lookups along axis 0 are treated"));
    }

    /**
     * An input of a site as a value for graph builders; {@code otherwise} is its type if the graph does not declare it.
     */
    static Value input(Node site, int number, TensorType otherwise) {
        Input input = site.dataInputs().get(number);
        Node producer = site.producer(number).orElseThrow();
        TensorType type = producer.shape(input.port())
                .map(dims -> new TensorType(
                        otherwise.type(), dims.stream().map(Long::valueOf).toList()))
                .orElse(otherwise);
        return new Value(producer.name(), input.port(), type);
    }

    /** The known sizes of a type, as they appear in the names of functions that declare their dimensions. */
    static String dimensions(TensorType type) {
        return type.dims().stream()
                .filter(size -> size >= 0)
                .map(String::valueOf)
                .collect(Collectors.joining("_"));
    }

    /** The rows that enter a product with a matrix of this many inputs: {@code [n, inputs]}. */
    static Value rowsInto(Node site, int inputs) {
        return input(site, 0, new TensorType(DataType.DT_FLOAT, List.of(-1L, (long) inputs)));
    }
}
