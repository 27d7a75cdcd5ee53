package dev.lancet.runtime.translation;

import dev.lancet.dsl.LancetException;
import dev.lancet.runtime.onnx.graph.OnnxGraph;
import dev.lancet.runtime.onnx.layer.MatMulNodes;
import dev.lancet.runtime.onnx.layer.MatrixInitializers;
import dev.lancet.runtime.translation.operator.OperatorSite;
import dev.lancet.runtime.translation.operator.OperatorTable;
import dev.lancet.runtime.translation.operator.ValueNames;
import dev.lancet.runtime.translation.operator.ValueTypes;
import dev.lancet.surgery.graph.GraphView;
import dev.lancet.surgery.graph.Input;
import dev.lancet.surgery.graph.Node;
import dev.lancet.surgery.imported.ImportedModel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;

/** Writes the part of a graph that one signature needs as an ONNX graph. */
final class GraphTranslation {

    private final ImportedModel model;
    private final GraphView view;
    private final SignatureDef signature;
    private final OnnxGraph graph;
    private final ValueNames names;
    private final boolean portable;
    private final QuantizedProducts codes;
    private final MatMulNodes products;
    private final GraphArrays arrays;

    GraphTranslation(ImportedModel model, SignatureDef signature, OnnxGraph graph, boolean portable) {
        this.model = model;
        this.signature = signature;
        this.graph = graph;
        this.portable = portable;
        view = GraphView.of(model.meta().getGraphDef());
        Set<String> reserved = new HashSet<>(signature.getInputsMap().keySet());
        reserved.addAll(signature.getOutputsMap().keySet());
        names = new ValueNames(reserved);
        codes = new QuantizedProducts(view, model.plan());
        arrays = new GraphArrays(model, graph, names, codes);
        products = new MatMulNodes(graph, new MatrixInitializers(graph, model), portable);
    }

    /**
     * Writes it.
     *
     * @param done is told how many nodes are done
     * @throws LancetException if the graph has operators without a translation; the message names each with a node
     */
    void write(LongConsumer done) {
        Set<String> needed = needed();
        List<Node> nodes = view.ordered().stream()
                .filter(node -> needed.contains(node.name()))
                .toList();
        requireTranslations(nodes);
        new TreeMap<>(signature.getInputsMap()).forEach(this::input);
        long count = 0;
        for (Node node : nodes) {
            translate(node);
            done.accept(++count);
        }
        new TreeMap<>(signature.getOutputsMap()).forEach(this::output);
    }

    /** How many products compute with codes. ONNX Runtime rounds the inputs of these to 8 bits. */
    int productsWithCodes() {
        return products.withCodes();
    }

    /** The names of quantized matrices that the graph decodes as a whole, so that ONNX Runtime holds them as floats. */
    List<String> decoded() {
        return arrays.decoded();
    }

    private Set<String> needed() {
        Set<String> needed = new HashSet<>();
        Deque<String> open = new ArrayDeque<>();
        signature
                .getOutputsMap()
                .values()
                .forEach(info -> open.add(Input.parse(info.getName()).node()));
        while (!open.isEmpty()) {
            Node node = view.node(open.remove());
            if (needed.add(node.name())) {
                sources(node).forEach(input -> open.add(input.node()));
            }
        }
        return needed;
    }

    private List<Input> sources(Node node) {
        if (codes.matrix(node).isPresent()) {
            return node.dataInputs().subList(0, 1);
        }
        return node.dataInputs();
    }

    private void requireTranslations(List<Node> nodes) {
        Map<String, String> unknown = new TreeMap<>();
        for (Node node : nodes) {
            if (!isSource(node) && OperatorTable.find(node.op()).isEmpty()) {
                unknown.putIfAbsent(node.op(), node.name());
            }
        }
        if (!unknown.isEmpty()) {
            List<String> each = new ArrayList<>();
            unknown.forEach((op, node) -> each.add(op + " (" + node + ")"));
            throw new LancetException("onnx: " + model.name() + " has operators without a translation: "
                    + String.join(", ", each) + "; keep it as a SavedModel, or leave these out of the signature");
        }
    }

    private static boolean isSource(Node node) {
        return switch (node.op()) {
            case "Const", "VarHandleOp", "ReadVariableOp", "Placeholder", "PlaceholderWithDefault" -> true;
            default -> false;
        };
    }

    private void translate(Node node) {
        switch (node.op()) {
            case "Const" -> names.bindLazily(node.name(), () -> arrays.constant(node));
            case "VarHandleOp" -> names.bindLazily(node.name(), arrays.variable(node));
            case "ReadVariableOp" ->
                names.bindLazily(node.name(), () -> names.value(node.inputs().get(0)));
            case "Placeholder", "PlaceholderWithDefault" -> requireGiven(node);
            default -> computed(node);
        }
    }

    private void computed(Node node) {
        if (codes.matrix(node).isPresent()) {
            String x = names.value(node.dataInputs().get(0));
            names.bind(
                    node.name(),
                    0,
                    products.product(
                            names.of(node.name()), x, codes.matrix(node).get()));
        } else if (arrays.signed(node).isPresent()) {
            names.bind(node.name(), 0, arrays.signed(node).get());
        } else {
            OperatorTable.find(node.op()).orElseThrow().translate(new OperatorSite(node, graph, names, portable));
        }
    }

    private void requireGiven(Node node) {
        boolean given = signature.getInputsMap().values().stream()
                .anyMatch(info -> Input.parse(info.getName()).node().equals(node.name()));
        if (!given) {
            throw new LancetException("onnx: the signature of " + model.name() + " does not name its input "
                    + node.name() + "; save the model with a signature that does");
        }
    }

    private void input(String name, TensorInfo info) {
        graph.input(name, ValueTypes.of(info.getDtype(), name), SignatureAxes.of(name, info));
        Input tensor = Input.parse(info.getName());
        names.bind(tensor.node(), tensor.port(), name);
    }

    private void output(String name, TensorInfo info) {
        graph.node("Identity", name)
                .in(names.value(Input.parse(info.getName())))
                .out();
        graph.output(name, ValueTypes.of(info.getDtype(), name), SignatureAxes.of(name, info));
    }
}
