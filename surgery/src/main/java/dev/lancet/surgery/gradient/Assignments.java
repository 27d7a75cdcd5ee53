package dev.lancet.surgery.gradient;

import dev.lancet.surgery.graph.Attributes;
import dev.lancet.surgery.graph.TensorType;
import dev.lancet.surgery.graph.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.NodeDef;

/** Nodes that create and assign variables. */
final class Assignments {

    private final MutableGraph graph;
    private final GradientNodeBuilder builder;
    private final List<String> starts = new ArrayList<>();

    Assignments(MutableGraph graph, GradientNodeBuilder builder) {
        this.graph = graph;
        this.builder = builder;
    }

    /** Creates an optimiser variable in the shape of another variable; {@link #starts} sets it to zeros. */
    Value slot(String name, Value like) {
        return slot(name, new TensorType(DataType.DT_FLOAT, like.dims()));
    }

    /** Creates an optimiser variable of a type; {@link #starts} sets it to zeros. */
    Value slot(String name, TensorType like) {
        Map<String, AttrValue> variable = Map.of(
                "dtype", Attributes.of(like.type()),
                "shape", Attributes.of(like.dims()),
                "container", Attributes.of(""),
                "shared_name", Attributes.of(name));
        node(name, "VarHandleOp", List.of(), List.of(), variable);
        Map<String, AttrValue> read =
                Map.of("dtype", Attributes.of(like.type()), Attributes.SHAPES, Attributes.shapes(List.of(like.dims())));
        node(name + ".read", "ReadVariableOp", List.of(name), List.of(), read);
        Value floats = builder.zeros(name + ".zeros", new Value(name, 0, like.as(DataType.DT_FLOAT)));
        Value zeros =
                like.type() == DataType.DT_FLOAT ? floats : builder.cast(name + ".zeros.codes", floats, like.type());
        starts.add(put(name + ".start", "AssignVariableOp", name, zeros, List.of()));
        return graph.value(name + ".read");
    }

    /** The nodes that zero the slots. */
    List<String> starts() {
        return starts;
    }

    /** {@code AssignVariableOp} or {@code AssignSubVariableOp}, after other nodes. */
    String put(String name, String op, String variable, Value value, List<String> after) {
        return node(name, op, List.of(variable, value.inGraph()), after, Map.of("dtype", Attributes.of(value.type())));
    }

    /** Any node without outputs, or with a resource as output. */
    String node(String name, String op, List<String> inputs, List<String> after, Map<String, AttrValue> attributes) {
        NodeDef.Builder node = NodeDef.newBuilder().setName(name).setOp(op).addAllInput(inputs);
        after.forEach(control -> node.addInput("^" + control));
        graph.add(node.putAllAttr(attributes).build());
        return name;
    }
}
