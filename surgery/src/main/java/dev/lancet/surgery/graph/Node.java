package dev.lancet.surgery.graph;

import java.util.List;
import java.util.Optional;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.TensorShapeProto;

/** A node in its {@link GraphView}: its definition, its inputs and its users. */
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

    /** The graph it belongs to. */
    public GraphView graph() {
        return graph;
    }

    /** Its position in the GraphDef. */
    public int index() {
        return index;
    }

    /** Its definition in the GraphDef. */
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

    /** Its inputs in order: first data, then control. */
    public List<Input> inputs() {
        return inputs;
    }

    /** Its inputs that carry data. */
    public List<Input> dataInputs() {
        return inputs.stream().filter(input -> !input.control()).toList();
    }

    /** Its control inputs. */
    public List<Input> controlInputs() {
        return inputs.stream().filter(Input::control).toList();
    }

    /** The node behind a data input, or empty if the node has fewer inputs. */
    public Optional<Node> producer(int input) {
        List<Input> data = dataInputs();
        return input < data.size() ? graph.find(data.get(input).node()) : Optional.empty();
    }

    /** Every input of another node that takes something from this one, in the order of the GraphDef. */
    public List<Use> uses() {
        return graph.usesOf(index);
    }

    /** An attribute, or empty. */
    public Optional<AttrValue> attribute(String name) {
        return Optional.ofNullable(definition.getAttrMap().get(name));
    }

    /** A boolean attribute; false if it is not set, which is the default of all attributes that Lancet reads. */
    public boolean flag(String name) {
        return attribute(name).map(AttrValue::getB).orElse(false);
    }

    /** A type attribute; float if it is not set. */
    public DataType type(String name) {
        return attribute(name).map(AttrValue::getType).orElse(DataType.DT_FLOAT);
    }

    /**
     * The static shape of an output from the attribute {@code _output_shapes}: -1 for an unknown dimension, empty if the
     * shape is not declared or its rank is unknown.
     */
    public Optional<List<Integer>> shape(int port) {
        return attribute(Attributes.SHAPES)
                .map(AttrValue::getList)
                .filter(list -> port < list.getShapeCount())
                .map(list -> list.getShape(port))
                .flatMap(Node::dimensions);
    }

    /** The dimensions of a shape, or empty if its rank is unknown or a size exceeds an int. */
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
     * A use of an output by another node.
     *
     * @param node the user
     * @param input index among its inputs, control inputs included
     */
    public record Use(Node node, int input) {
        /** The input that takes the output. */
        public Input taken() {
            return node.inputs().get(input);
        }
    }
}
