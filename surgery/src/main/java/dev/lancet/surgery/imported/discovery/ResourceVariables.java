package dev.lancet.surgery.imported.discovery;

import dev.lancet.surgery.graph.Attributes;
import dev.lancet.surgery.graph.GraphView;
import dev.lancet.surgery.graph.Input;
import dev.lancet.surgery.graph.Node;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;

/**
 * Replaces the reference variables of TensorFlow 1 by resource variables with handles, which the rules look for and
 * TensorFlow 2 loads. A variable stays unchanged if its reference goes to a node that has no counterpart for handles.
 *
 * <pre>
 * w = VariableV2 [m,n]                 w = VarHandleOp [m,n]
 * w/read = Identity(w)          ->     w/read = ReadVariableOp(w)
 * w/Assign = Assign(w, v)              w/Assign = AssignVariableOp(w, v)
 * </pre>
 */
public final class ResourceVariables {

    /** Ops that write through a reference, and their counterparts for handles. */
    private static final Map<String, String> WRITERS = Map.of(
            "Assign", "AssignVariableOp",
            "AssignAdd", "AssignAddVariableOp",
            "AssignSub", "AssignSubVariableOp",
            "ScatterUpdate", "ResourceScatterUpdate",
            "ScatterAdd", "ResourceScatterAdd",
            "ScatterSub", "ResourceScatterSub",
            "ScatterMul", "ResourceScatterMul");

    /** Ops that take a reference and have no counterpart here. All other ops take the value. */
    private static final Set<String> REFERENCES = Set.of(
            "RefIdentity",
            "RefSwitch",
            "RefMerge",
            "RefEnter",
            "RefExit",
            "RefNextIteration",
            "RefSelect",
            "CountUpTo");

    private final GraphView graph;
    private final Set<String> variables = new HashSet<>();
    private final Map<String, NodeDef> reads = new LinkedHashMap<>();

    private ResourceVariables(GraphView graph) {
        this.graph = graph;
    }

    /** Whether a node is a reference variable. */
    public static boolean reference(Node node) {
        return node.is("VariableV2") || node.is("Variable");
    }

    /** The graph with handles. */
    public static GraphDef of(GraphView graph) {
        if (graph.nodes().stream().noneMatch(ResourceVariables::reference)) {
            return graph.definition();
        }
        return new ResourceVariables(graph).handles();
    }

    private GraphDef handles() {
        graph.nodes().stream()
                .filter(node -> reference(node) && possible(node))
                .forEach(node -> variables.add(node.name()));
        List<NodeDef> nodes = new ArrayList<>();
        graph.nodes().forEach(node -> nodes.add(handled(node)));
        GraphDef.Builder result = graph.definition().toBuilder().clearNode();
        return result.addAllNode(nodes).addAllNode(reads.values()).build();
    }

    private boolean possible(Node variable) {
        return variable.uses().stream().allMatch(use -> {
            Node user = use.node();
            boolean takes = user.op().startsWith("Apply") || user.op().startsWith("SparseApply");
            boolean free = graph.find(variable.name() + ".read").isEmpty()
                    && graph.find(user.name() + ".read").isEmpty();
            return use.taken().control()
                    || (!takes && !REFERENCES.contains(user.op()) && free && (!writes(user) || use.input() == 0));
        });
    }

    private static boolean writes(Node node) {
        return WRITERS.containsKey(node.op());
    }

    private boolean of(Node node) {
        return node.producer(0)
                .filter(first -> variables.contains(first.name()))
                .isPresent();
    }

    private NodeDef handled(Node node) {
        NodeDef.Builder built = node.definition().toBuilder();
        if (variables.contains(node.name())) {
            return built.setOp("VarHandleOp")
                    .clearAttr()
                    .putAttr("container", Attributes.of(""))
                    .putAttr("shared_name", Attributes.of(node.name()))
                    .putAttr("dtype", Attributes.of(node.type("dtype")))
                    .putAttr("shape", node.attribute("shape").orElse(Attributes.of(List.<Long>of())))
                    .build();
        }
        boolean mine = of(node);
        if (mine && node.is("Identity")) {
            return built.setOp("ReadVariableOp")
                    .clearAttr()
                    .putAttr("dtype", Attributes.of(node.type("T")))
                    .build();
        }
        if (mine && node.is("IsVariableInitialized")) {
            return built.setOp("VarIsInitializedOp").clearAttr().build();
        }
        boolean writes = mine && writes(node);
        if (writes) {
            AttrValue indices = node.attribute("Tindices").orElse(Attributes.of(DataType.DT_INT32));
            built.setOp(WRITERS.getOrDefault(node.op(), node.op()))
                    .clearAttr()
                    .putAttr("dtype", Attributes.of(node.type("T")));
            if (node.op().startsWith("Scatter")) {
                built.putAttr("Tindices", indices);
            }
        }
        built.clearInput();
        for (int i = 0; i < node.inputs().size(); i++) {
            Input input = node.inputs().get(i);
            built.addInput(writes && i == 0 ? input.toString() : value(input));
        }
        return built.build();
    }

    /** The value of a variable, or of a node that just wrote it, if the input refers to one. */
    private String value(Input input) {
        Node producer = graph.node(input.node());
        boolean written = writes(producer) && of(producer);
        if (input.control() || !(written || variables.contains(input.node()))) {
            return input.toString();
        }
        Node variable = written ? producer.producer(0).orElseThrow() : producer;
        NodeDef.Builder read = NodeDef.newBuilder()
                .setName(producer.name() + ".read")
                .setOp("ReadVariableOp")
                .addInput(variable.name())
                .putAttr("dtype", Attributes.of(variable.type("dtype")));
        if (written) {
            read.addInput("^" + producer.name());
        }
        reads.put(read.getName(), read.build());
        return read.getName();
    }
}
