package dev.lancet.surgery.imported;

import dev.lancet.dsl.LancetException;
import dev.lancet.surgery.graph.Attributes;
import dev.lancet.surgery.graph.GraphBuilder;
import dev.lancet.surgery.graph.GraphView;
import dev.lancet.surgery.graph.Input;
import dev.lancet.surgery.graph.Node;
import dev.lancet.surgery.graph.Ops;
import dev.lancet.surgery.graph.TensorType;
import dev.lancet.surgery.graph.Value;
import dev.lancet.surgery.imported.discovery.Layer;
import dev.lancet.surgery.imported.discovery.WeightUse;
import dev.lancet.surgery.imported.tracing.Pruning;
import dev.lancet.surgery.imported.tracing.Tracing;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;

/**
 * Converts layers to the form that the rules look for: the variable is a matrix, it is read once, and every use is a
 * {@code MatMul} of rows or a {@code GatherV2}. The nodes between the variable and its uses are dropped.
 *
 * <pre>
 * W = Variable [c,d,e]                       W = Variable [c,d·e]
 * m = Reshape(W, [c,d·e])                    y.rows = Reshape(x, [-1,c])
 * y = BatchMatMulV2(x, m)              ->    y.out = MatMul(y.rows, W)
 *                                            y = Reshape(y.out, [shape of x but its last, d·e])
 * </pre>
 */
final class LayerCanonicalizer {

    private final GraphView graph;
    private final Map<String, List<NodeDef>> replaced = new LinkedHashMap<>();
    private final SwitchDependencies taken = new SwitchDependencies();

    private LayerCanonicalizer(GraphView graph) {
        this.graph = graph;
    }

    /** The graph with these layers in that form. */
    static GraphDef of(GraphView graph, List<Layer> layers, Set<String> roots) {
        LayerCanonicalizer normal = new LayerCanonicalizer(graph);
        layers.forEach(normal::layer);
        return Pruning.reaching(GraphView.of(normal.rewritten()), roots);
    }

    private GraphDef rewritten() {
        GraphDef.Builder result = graph.definition().toBuilder().clearNode();
        for (Node node : graph.nodes()) {
            for (NodeDef placed : replaced.getOrDefault(node.name(), List.of(node.definition()))) {
                List<String> inputs = taken.inputs(placed.getInputList(), node);
                result.addNode(
                        inputs.equals(placed.getInputList())
                                ? placed
                                : placed.toBuilder()
                                        .clearInput()
                                        .addAllInput(inputs)
                                        .build());
            }
        }
        return result.addAllNode(taken.nodes()).build();
    }

    private void layer(Layer layer) {
        String name = layer.weight().name();
        GraphBuilder holder = GraphBuilder.graph();
        Value read = holder.variable(
                name,
                TensorType.of(
                        DataType.DT_FLOAT, layer.weight().rows(), layer.weight().columns()));
        List<NodeDef> drawn = bare(holder);
        // The handle, then its read. A graph that Lancet wrote already has a read of this name.
        String reading = drawn.get(1).getName();
        if (graph.find(reading).isEmpty()) {
            replaced.put(name, drawn);
        } else if (graph.node(reading).is("ReadVariableOp")) {
            replaced.put(name, drawn.subList(0, 1));
            replaced.put(reading, drawn.subList(1, 2));
        } else {
            throw new LancetException("surgery: the name '" + reading + "' is taken by a "
                    + graph.node(reading).op() + ", but the read of " + name + " needs it; rename the node");
        }
        for (WeightUse use : layer.uses()) {
            Node site = graph.node(use.node());
            List<NodeDef> nodes = use.kind() == WeightUse.Kind.LOOKUP ? lookup(site, name) : product(site, use, read);
            Optional<String> when =
                    taken.branchDependency(site, use.contraction().input());
            replaced.put(
                    site.name(),
                    nodes.stream()
                            .map(LayerCanonicalizer::plain)
                            .map(node -> when.isPresent() && node.getName().equals(site.name())
                                    ? node.toBuilder()
                                            .addInput("^" + when.get())
                                            .build()
                                    : node)
                            .toList());
        }
        taken.markUnread(graph.node(name));
        shapes(graph.node(name));
    }

    /** The built nodes, without shapes if the surrounding graph declares none. */
    private static List<NodeDef> bare(GraphBuilder builder) {
        return builder.toGraph().getNodeList().stream()
                .map(node -> node.toBuilder().removeAttr(Attributes.SHAPES).build())
                .toList();
    }

    /**
     * A node without device and shapes. Each use of a matrix builds the same factors, and these must be equal whatever
     * device or shapes the use itself declares.
     */
    private static NodeDef plain(NodeDef node) {
        return node.toBuilder().clearDevice().removeAttr(Attributes.SHAPES).build();
    }

    private static List<NodeDef> lookup(Node site, String name) {
        NodeDef.Builder gather = site.definition().toBuilder();
        if (site.is("GatherV2")) {
            return List.of(gather.setInput(0, name + ".read").build());
        }
        GraphBuilder builder = GraphBuilder.graph();
        Value axis = new Ops(builder).constant(site.name() + ".axis", 0);
        NodeDef built = NodeDef.newBuilder()
                .setName(site.name())
                .setOp("GatherV2")
                .addInput(name + ".read")
                .addInput(site.dataInputs().get(1).toString())
                .addInput(axis.inGraph())
                .addAllInput(controls(site))
                .putAttr("Tparams", Attributes.of(DataType.DT_FLOAT))
                .putAttr("Tindices", Attributes.of(site.type("Tindices")))
                .putAttr("Taxis", Attributes.of(DataType.DT_INT32))
                .putAttr("batch_dims", Attributes.of(0))
                .build();
        List<NodeDef> nodes = new ArrayList<>(bare(builder));
        nodes.add(built);
        return nodes;
    }

    private static List<String> controls(Node site) {
        return site.controlInputs().stream().map(Input::toString).toList();
    }

    private static List<NodeDef> product(Node site, WeightUse use, Value read) {
        boolean transposed = use.kind() == WeightUse.Kind.TRANSPOSED;
        if (site.is("MatMul")) {
            return List.of(site.definition().toBuilder()
                    .setInput(1, read.inGraph())
                    .putAttr("transpose_b", Attributes.of(transposed))
                    .build());
        }
        long inputs = transposed ? use.columns() : use.rows();
        long outputs = transposed ? use.rows() : use.columns();
        Input x = site.dataInputs().get(1 - use.contraction().input());
        Value activations = new Value(x.node(), x.port(), TensorType.of(DataType.DT_FLOAT, -1, inputs));
        GraphBuilder builder = GraphBuilder.graph();
        Ops ops = new Ops(builder);
        String name = site.name();
        Value rows = ops.reshape(
                name + ".rows", activations, ops.ints(name + ".rows.shape", -1, (int) inputs), List.of(-1L, inputs));
        Value out = ops.matmul(name + ".out", rows, false, read, transposed);
        Value shape = ops.concat(
                name + ".shape",
                outer(builder, ops, name, activations, use.contraction().axes()),
                ops.ints(
                        name + ".sizes",
                        use.contraction().sizes().stream()
                                .mapToInt(Long::intValue)
                                .toArray()),
                ops.constant(name + ".axis", 0),
                0);
        ops.reshape(name, out, shape, List.of(-1L, outputs));
        return bare(builder).stream()
                .map(node -> node.getName().equals(name)
                        ? node.toBuilder().addAllInput(controls(site)).build()
                        : node)
                .toList();
    }

    /** The sizes of all axes of x except the last ones, which are summed over. */
    private static Value outer(GraphBuilder builder, Ops ops, String name, Value x, int contracted) {
        Value all = builder.node(name + ".dims", "Shape")
                .in(x)
                .with("T", DataType.DT_FLOAT)
                .with("out_type", DataType.DT_INT32)
                .gives(TensorType.of(DataType.DT_INT32, -1));
        return builder.node(name + ".outer", "StridedSlice")
                .in(
                        all,
                        ops.ints(name + ".begin", 0),
                        ops.ints(name + ".end", -contracted),
                        ops.ints(name + ".step", 1))
                .with("T", DataType.DT_INT32)
                .with("Index", DataType.DT_INT32)
                .with("begin_mask", 1)
                .with("end_mask", 0)
                .with("ellipsis_mask", 0)
                .with("new_axis_mask", 0)
                .with("shrink_axis_mask", 0)
                .gives(TensorType.of(DataType.DT_INT32, -1));
    }

    /**
     * Nodes that ask for the shape of the stored array get the old shape as a constant, because the array now has another
     * one.
     */
    private void shapes(Node holder) {
        Map<String, List<NodeDef>> told = new HashMap<>();
        for (Node node : graph.nodes()) {
            boolean asks = node.is("Shape") || node.is("VariableShape");
            if (asks
                    && Tracing.back(node, 0)
                            .filter(back -> back.source().node() == holder)
                            .isPresent()) {
                List<Long> shape = Tracing.back(node, 0).orElseThrow().view().shape();
                told.put(node.name(), List.of(KnownShapes.constant(node, shape)));
            }
        }
        replaced.putAll(told);
    }
}
