package dev.lancet.surgery.graph;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.NodeDef;

/** A node under way: its inputs, attributes and controls. */
public final class Stroke {
    private final Sketch sketch;
    private final String op;
    private final NodeDef.Builder node = NodeDef.newBuilder();
    private final List<Value> inputs = new ArrayList<>();
    private final Set<String> controls = new LinkedHashSet<>();

    Stroke(Sketch sketch, String name, String op) {
        this.sketch = sketch;
        this.op = op;
        node.setName(name).setOp(op);
    }

    /** Its next inputs. */
    public Stroke in(Value... values) {
        return in(List.of(values));
    }

    /** Its next inputs. */
    public Stroke in(List<Value> values) {
        inputs.addAll(values);
        return this;
    }

    /** Runs only after the named node. */
    public Stroke after(String other) {
        controls.add(other);
        return this;
    }

    /** A type attribute. */
    public Stroke with(String attribute, DataType type) {
        return with(attribute, Attrs.of(type));
    }

    /** An integer attribute. */
    public Stroke with(String attribute, long number) {
        return with(attribute, Attrs.of(number));
    }

    /** A boolean attribute. */
    public Stroke with(String attribute, boolean flag) {
        return with(attribute, Attrs.of(flag));
    }

    /** A string attribute. */
    public Stroke with(String attribute, String text) {
        return with(attribute, Attrs.of(text));
    }

    /** Any attribute. */
    public Stroke with(String attribute, AttrValue value) {
        node.putAttr(attribute, value);
        return this;
    }

    /** Draws the node with one output. */
    public Value gives(Form form) {
        return gives(List.of(form)).get(0);
    }

    /** Draws the node with one output. */
    public Value gives(DataType type, List<Long> dims) {
        return gives(new Form(type, dims));
    }

    /** Draws the node with these outputs. */
    public List<Value> gives(List<Form> forms) {
        node.putAttr(Attrs.SHAPES, Attrs.shapes(forms));
        ends();
        List<Value> values = new ArrayList<>();
        for (Form form : forms) {
            values.add(new Value(node.getName(), op, values.size(), form));
        }
        return List.copyOf(values);
    }

    /** Draws the node without outputs. */
    public void ends() {
        inputs.forEach(value -> node.addInput(sketch.body() ? value.inBody() : value.inGraph()));
        controls.forEach(control -> node.addInput("^" + control));
        sketch.draw(node.build());
    }
}
