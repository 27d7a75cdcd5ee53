package dev.lancet.surgery.graph;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.NodeDef;

/** A node under construction: its inputs, attributes and control dependencies. */
public final class NodeBuilder {
    private final GraphBuilder builder;
    private final NodeDef.Builder node = NodeDef.newBuilder();
    private final List<Value> inputs = new ArrayList<>();
    private final Set<String> controls = new LinkedHashSet<>();

    NodeBuilder(GraphBuilder builder, String name, String op) {
        this.builder = builder;
        node.setName(name).setOp(op);
    }

    /** Adds inputs. */
    public NodeBuilder in(Value... values) {
        return in(List.of(values));
    }

    /** Adds inputs. */
    public NodeBuilder in(List<Value> values) {
        inputs.addAll(values);
        return this;
    }

    /** Adds a control dependency: the node runs only after the named node. */
    public NodeBuilder after(String other) {
        controls.add(other);
        return this;
    }

    /** Sets a type attribute. */
    public NodeBuilder with(String attribute, DataType type) {
        return with(attribute, Attributes.of(type));
    }

    /** Sets an integer attribute. */
    public NodeBuilder with(String attribute, long number) {
        return with(attribute, Attributes.of(number));
    }

    /** Sets a boolean attribute. */
    public NodeBuilder with(String attribute, boolean flag) {
        return with(attribute, Attributes.of(flag));
    }

    /** Sets a string attribute. */
    public NodeBuilder with(String attribute, String text) {
        return with(attribute, Attributes.of(text));
    }

    /** Sets any attribute. */
    public NodeBuilder with(String attribute, AttrValue value) {
        node.putAttr(attribute, value);
        return this;
    }

    /** Adds the node to the graph, with one output. */
    public Value gives(TensorType type) {
        return gives(List.of(type)).get(0);
    }

    /** Adds the node to the graph, with one output. */
    public Value gives(DataType type, List<Long> dims) {
        return gives(new TensorType(type, dims));
    }

    /** Adds the node to the graph, with these outputs. */
    public List<Value> gives(List<TensorType> forms) {
        node.putAttr(
                Attributes.SHAPES,
                Attributes.shapes(forms.stream().map(TensorType::dims).toList()));
        ends();
        List<Value> values = new ArrayList<>();
        for (TensorType type : forms) {
            values.add(new Value(node.getName(), values.size(), type));
        }
        return List.copyOf(values);
    }

    /** Adds the node to the graph, without outputs. */
    public void ends() {
        inputs.forEach(value -> node.addInput(builder.reference(value)));
        controls.forEach(control -> node.addInput("^" + control));
        builder.draw(node.build());
    }
}
