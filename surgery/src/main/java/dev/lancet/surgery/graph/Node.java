package dev.lancet.surgery.graph;

import java.util.List;
import java.util.Optional;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.TensorShapeProto;

/** A node in its {@link GraphView}: what it is, and who stands before and after it. */
public final class Node {

    private final GraphView graph;
    private final int index;
    private final NodeDef definition;
    private final List<Input> inputs;

    Node(GraphView graph, int index, NodeDef definition) {
        this.graph = graph;
        this.index = index;
        this.definition = definition;
        this.inputs = definition.getInputList().stream().map(Input::parse).toList();
    }

    /** The graph it stands in. */
    public GraphView graph() {
        return graph;
    }

    /** Its place in the GraphDef. */
    public int index() {
        return index;
    }

    /** As it stands in the GraphDef. */
    public NodeDef definition() {
        return definition;
    }

    public String name() {
        return definition.getName();
    }

    public String op() {
        return definition.getOp();
    }

    public boolean is(String op) {
        return definition.getOp().equals(op);
    }

    /** Its inputs in order; data first, then control. */
    public List<Input> inputs() {
        return inputs;
    }

    /** Its inputs that carry data. */
    public List<Input> dataInputs() {
        return inputs.stream().filter(input -> !input.control()).toList();
    }

    /** Its inputs that only order. */
    public List<Input> controlInputs() {
        return inputs.stream().filter(Input::control).toList();
    }

    /** The node behind a data input, or empty if it has fewer. */
    public Optional<Node> producer(int input) {
        List<Input> data = dataInputs();
        return input < data.size() ? graph.find(data.get(input).node()) : Optional.empty();
    }

    /** Every place where another node takes something from this one, in the order of the GraphDef. */
    public List<Use> uses() {
        return graph.usesOf(index);
    }

    /** One attribute, or empty. */
    public Optional<AttrValue> attribute(String name) {
        return Optional.ofNullable(definition.getAttrMap().get(name));
    }

    /** A boolean attribute; false where it is not said, which is the default of every one that Lancet asks for. */
    public boolean flag(String name) {
        return attribute(name).map(AttrValue::getB).orElse(false);
    }

    /** A type attribute; float where it is not said. */
    public DataType type(String name) {
        return attribute(name).map(AttrValue::getType).orElse(DataType.DT_FLOAT);
    }

    /**
     * The static shape of an output as the attribute {@code _output_shapes} tells it; -1 for an unknown dimension, empty if
     * nothing is said or even the rank is unknown.
     */
    public Optional<List<Integer>> shape(int port) {
        return attribute(Attributes.SHAPES)
                .map(AttrValue::getList)
                .filter(list -> port < list.getShapeCount())
                .map(list -> list.getShape(port))
                .flatMap(Node::dimensions);
    }

    /** The dimensions of a shape, or empty if its rank is unknown or a size is no int. */
    public static Optional<List<Integer>> dimensions(TensorShapeProto shape) {
        boolean known = !shape.getUnknownRank()
                && shape.getDimList().stream().allMatch(dimension -> dimension.getSize() == (int) dimension.getSize());
        return !known
                ? Optional.empty()
                : Optional.of(shape.getDimList().stream()
                        .map(dimension -> Math.toIntExact(dimension.getSize()))
                        .toList());
    }

    /** The text of this node in its graph. */
    @Override
    public String toString() {
        return NodeFormatter.DRAWN.line(this);
    }

    /**
     * A place where something is taken.
     *
     * @param node who takes it
     * @param input at which of its inputs, control inputs counted
     */
    public record Use(Node node, int input) {
        /** What is taken there. */
        public Input taken() {
            return node.inputs().get(input);
        }
    }
}
