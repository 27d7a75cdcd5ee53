package dev.lancet.surgery.imported.discovery;

import dev.lancet.surgery.graph.Attributes;
import dev.lancet.surgery.graph.GraphView;
import dev.lancet.surgery.graph.Node;
import dev.lancet.surgery.imported.controlflow.OpenControlFlow;
import dev.lancet.surgery.imported.discovery.Discovery.Findings;
import dev.lancet.surgery.imported.tracing.WeightSource;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.TensorProto;

/**
 * Turns constants that are weights, or codes and scales of weights, into variables, so that a frozen graph can be handled like any other.
 *
 * @param graph the open graph with variables instead of those constants
 * @param values the constants by the name of their variable
 */
public record Thawing(GraphDef graph, Map<String, TensorProto> values) {

    /** Parts that freezing and layers append to the author's name. */
    private static final Set<String> PLUMBING =
            Set.of("resource", "ReadVariableOp", "Cast", "MatMul", "Tensordot", "Reshape", "Shape", "GatherV2", "read");

    public static Thawing of(OpenControlFlow opened) {
        GraphView flat = GraphView.of(opened.graph());
        Findings findings = Discovery.of(opened);
        Map<String, String> wanted = new LinkedHashMap<>();
        Set<String> constants = new LinkedHashSet<>();
        for (Layer layer : findings.layers()) {
            String name = layer.weight().name();
            if (flat.node(name).is("Const")) {
                constants.add(name);
                // A constant passed to an inlined function has no name of its own, so it is named after the product.
                boolean anonymous = !layer.uses().isEmpty() && name.matches("(.*/)?(input|unknown|args)_?\\d*");
                wanted.put(name, anonymous ? layer.uses().get(0).node() + end(layer) : named(name, end(layer)));
            }
        }
        Map<String, String> codes = FrozenCodeConstants.of(flat);
        constants.addAll(codes.keySet());
        wanted.putAll(codes);
        Map<String, String> names = Naming.possible(flat, wanted);
        if (constants.isEmpty()) {
            return new Thawing(opened.graph(), Map.of());
        }
        GraphDef.Builder thawed = flat.definition().toBuilder().clearNode();
        Map<String, TensorProto> values = new LinkedHashMap<>();
        for (Node node : flat.nodes()) {
            if (!constants.contains(node.name())) {
                thawed.addNode(node.definition());
                continue;
            }
            WeightSource source = WeightSource.of(node);
            String name = names.getOrDefault(node.name(), node.name() + "/kernel");
            values.put(name, node.attribute("value").orElseThrow().getTensor());
            thawed.addNode(variable(name, source));
            thawed.addNode(NodeDef.newBuilder()
                    .setName(node.name())
                    .setOp("ReadVariableOp")
                    .setDevice(node.definition().getDevice())
                    .addInput(name)
                    .putAttr("dtype", Attributes.of(source.type())));
        }
        return new Thawing(thawed.build(), values);
    }

    private static NodeDef variable(String name, WeightSource source) {
        return NodeDef.newBuilder()
                .setName(name)
                .setOp("VarHandleOp")
                .putAttr("container", Attributes.of(""))
                .putAttr("shared_name", Attributes.of(name))
                .putAttr("dtype", Attributes.of(source.type()))
                .putAttr("shape", Attributes.of(source.shape()))
                .build();
    }

    private static String end(Layer layer) {
        return layer.weight().role().table() ? "/embeddings" : "/kernel";
    }

    /**
     * {@code encoder/up/Cast/ReadVariableOp/resource} came from the layer {@code encoder/up}; the constant is its kernel,
     * or its table.
     */
    private static String named(String constant, String end) {
        String name = constant;
        int slash = name.lastIndexOf('/');
        while (slash > 0 && PLUMBING.contains(name.substring(slash + 1).replaceAll("_\\d+$", ""))) {
            name = name.substring(0, slash);
            slash = name.lastIndexOf('/');
        }
        if (name.equals(constant)) {
            return constant + ".variable";
        }
        return name + end;
    }
}
