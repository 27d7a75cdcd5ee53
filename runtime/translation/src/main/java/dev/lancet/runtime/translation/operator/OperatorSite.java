package dev.lancet.runtime.translation.operator;

import dev.lancet.dsl.LancetException;
import dev.lancet.runtime.onnx.graph.ElementType;
import dev.lancet.runtime.onnx.graph.OnnxGraph;
import dev.lancet.runtime.onnx.graph.OnnxNode;
import dev.lancet.surgery.graph.Input;
import dev.lancet.surgery.graph.Node;
import java.util.List;
import java.util.Optional;

/**
 * A TensorFlow node that is translated, with the ONNX graph that its translation goes to.
 *
 * @param node the node
 * @param graph the ONNX graph
 * @param names the values that exist already
 * @param portable whether to use operators of the standard only
 */
public record OperatorSite(Node node, OnnxGraph graph, ValueNames names, boolean portable) {

    /** The name of its first output in ONNX. */
    String name() {
        return names.of(node.name());
    }

    /** The number of its data inputs. */
    int inputs() {
        return node.dataInputs().size();
    }

    private Input input(int index) {
        List<Input> inputs = node.dataInputs();
        if (index >= inputs.size()) {
            throw refused("has " + inputs.size() + " inputs");
        }
        return inputs.get(index);
    }

    /** The value of a data input. */
    String in(int index) {
        return names.value(input(index));
    }

    /** The integers of a data input, or empty if they are known only when the graph runs. */
    Optional<List<Long>> known(int index) {
        return input(index).port() == 0 ? node.producer(index).flatMap(ConstantIntegers::of) : Optional.empty();
    }

    /**
     * The integers of a data input that must be constant.
     *
     * @param what what they are, for the message
     */
    List<Long> constants(int index, String what) {
        return known(index).orElseThrow(() -> refused("computes its " + what + " when it runs"));
    }

    /** The only integer of a data input that must be constant. */
    long constant(int index, String what) {
        List<Long> values = constants(index, what);
        if (values.size() != 1) {
            throw refused("has " + values.size() + " numbers for its " + what);
        }
        return values.get(0);
    }

    /** A data input with integers as a value of 64-bit integers, which ONNX takes for shapes. */
    String longs(int index) {
        Optional<List<Long>> known = known(index);
        return known.isPresent()
                ? ints("input" + index, known.get())
                : helper("Cast", "input" + index)
                        .in(in(index))
                        .with("to", ElementType.INT64.number())
                        .out();
    }

    /** A constant vector of 64-bit integers. */
    String ints(String suffix, List<Long> values) {
        return graph.ints(
                name() + "#" + suffix,
                values.stream().mapToLong(Long::longValue).toArray());
    }

    /** Begins the node whose first output is that of this node. */
    OnnxNode node(String operator) {
        return graph.node(operator, name());
    }

    /** Begins a node of which this node's translation needs several. */
    OnnxNode helper(String operator, String suffix) {
        return graph.node(operator, name() + "#" + suffix);
    }

    /** Gives a value for an output. */
    void gives(int port, String value) {
        names.bind(node.name(), port, value);
    }

    /** Gives a value for the only output. */
    void gives(String value) {
        gives(0, value);
    }

    /** A type attribute as ONNX's. */
    ElementType type(String attribute) {
        return ValueTypes.of(node.type(attribute), node.name());
    }

    /** An integer attribute, 0 if it is not set. */
    long number(String attribute) {
        return node.attribute(attribute).map(value -> value.getI()).orElse(0L);
    }

    /** An attribute with a text, empty if it is not set. */
    String text(String attribute) {
        return node.attribute(attribute)
                .map(value -> value.getS().toStringUtf8())
                .orElse("");
    }

    /** The error for a form of the operator that has no translation. */
    LancetException refused(String why) {
        return new LancetException(
                "onnx: " + node.name() + ", a " + node.op() + ", " + why + "; this form has no translation to ONNX");
    }
}
