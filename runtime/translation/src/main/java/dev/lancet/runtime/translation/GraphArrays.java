package dev.lancet.runtime.translation;

import dev.lancet.dsl.LancetException;
import dev.lancet.runtime.onnx.graph.ElementType;
import dev.lancet.runtime.onnx.graph.OnnxGraph;
import dev.lancet.runtime.translation.operator.ValueNames;
import dev.lancet.runtime.translation.operator.ValueTypes;
import dev.lancet.surgery.graph.ConstantTensors;
import dev.lancet.surgery.graph.Node;
import dev.lancet.surgery.imported.ImportedModel;
import dev.lancet.surgery.imported.tracing.WeightSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;

/** Puts the constants and variables of a graph into the ONNX graph, each when something takes it. */
final class GraphArrays {

    private static final String STORED = "#stored";

    private final ImportedModel model;
    private final OnnxGraph graph;
    private final ValueNames names;
    private final QuantizedProducts codes;
    private final Set<String> decoded = new TreeSet<>();

    GraphArrays(ImportedModel model, OnnxGraph graph, ValueNames names, QuantizedProducts codes) {
        this.model = model;
        this.graph = graph;
        this.names = names;
        this.codes = codes;
    }

    /** The names of variables with codes that the graph decodes as a whole. */
    List<String> decoded() {
        return List.copyOf(decoded);
    }

    /** The value of a constant. */
    String constant(Node node) {
        WeightSource source = WeightSource.of(node);
        if (source.type() == DataType.DT_BFLOAT16) {
            throw new LancetException("onnx: " + node.name() + " is a constant of bfloat16, which has no translation");
        }
        return graph.array(
                names.of(node.name()),
                ValueTypes.of(source.type(), node.name()),
                source.shape(),
                parts -> ConstantTensors.bytes(
                        node.attribute("value").map(AttrValue::getTensor).orElseThrow(), parts));
    }

    /** The value of a variable, made when it is asked for. 16-bit floats are widened. */
    Supplier<String> variable(Node node) {
        DataType type = WeightSource.of(node).type();
        String name = names.of(node.name());
        ElementType element = ValueTypes.of(type, node.name());
        if (type == DataType.DT_BFLOAT16) {
            String wide = graph.node("Cast", name)
                    .in(array(node, name + STORED, ElementType.BFLOAT16))
                    .with("to", ElementType.FLOAT.number())
                    .out();
            return () -> wide;
        }
        if (type == DataType.DT_UINT8 && !lookedUp(node)) {
            decoded.add(node.name());
        }
        // A product with codes has its own layout of the same variable, under its name.
        return () -> array(node, codes.holds(node.name()) ? name + STORED : name, element);
    }

    /** The bytes of a variable as signed numbers, if that is what a node makes of them. */
    Optional<String> signed(Node node) {
        return Optional.of(node)
                .filter(cast -> cast.is("Bitcast")
                        && cast.type("T") == DataType.DT_UINT8
                        && cast.type("type") == DataType.DT_INT8)
                .flatMap(cast -> cast.producer(0))
                .filter(read -> read.is("ReadVariableOp"))
                .flatMap(read -> read.producer(0))
                .filter(variable -> variable.is("VarHandleOp"))
                .map(variable -> array(variable, names.of(node.name()), ElementType.INT8));
    }

    /** Whether only rows of a variable are read: the others then stay codes. */
    private static boolean lookedUp(Node variable) {
        return variable.uses().stream()
                .map(Node.Use::node)
                .filter(read -> read.is("ReadVariableOp"))
                .flatMap(read -> read.uses().stream())
                .filter(use -> !use.taken().control())
                .allMatch(use -> use.node().is("GatherV2") && use.input() == 0);
    }

    private String array(Node node, String name, ElementType type) {
        return graph.array(name, type, WeightSource.of(node).shape(), parts -> parts.accept(model.bytes(node.name())));
    }
}
