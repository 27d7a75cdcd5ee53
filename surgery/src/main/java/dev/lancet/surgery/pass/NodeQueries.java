package dev.lancet.surgery.pass;

import dev.lancet.surgery.graph.Attributes;
import dev.lancet.surgery.graph.Input;
import dev.lancet.surgery.graph.Node;
import dev.lancet.surgery.graph.TensorType;
import dev.lancet.surgery.graph.Value;
import java.util.Optional;
import org.tensorflow.proto.DataType;

/** Questions about nodes that several rules of this package ask. */
final class NodeQueries {

    private NodeQueries() {}

    /** The node behind a data input, if it has this op. */
    static Optional<Node> from(Node node, int input, String op) {
        return node.producer(input).filter(producer -> producer.is(op));
    }

    /** A data input of a node, with the type that its producer declares. */
    static Value taken(Node node, int input, DataType type) {
        Input from = node.dataInputs().get(input);
        Node producer = node.producer(input).orElseThrow();
        return value(producer, from.port(), type);
    }

    /** An output of a node. */
    static Value value(Node node, int port, DataType type) {
        return new Value(node.name(), port, new TensorType(type, Attributes.dims(node.definition(), port)));
    }

    /** The function that a node calls, or an empty string. */
    static String called(Node node) {
        return node.attribute("f").map(f -> f.getFunc().getName()).orElse("");
    }
}
