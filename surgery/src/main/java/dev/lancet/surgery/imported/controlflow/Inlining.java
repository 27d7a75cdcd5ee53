package dev.lancet.surgery.imported.controlflow;

import dev.lancet.dsl.LancetException;
import dev.lancet.surgery.graph.Attributes;
import dev.lancet.surgery.graph.GraphView;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.OpDef;

/**
 * Inlines calls: the body of the function replaces every {@code PartitionedCall} and {@code StatefulPartitionedCall}, at
 * any depth. Arguments are replaced by the passed tensors, so that a captured variable is the variable itself. The nodes
 * of a body are called {@code call/node}. A call in the top-level graph leaves an {@code Identity} with its name behind,
 * so that it can still be fetched by name.
 *
 * <p>Nodes that a function must run before it returns still run before the users of its results in the top-level graph.
 */
public final class Inlining {

    static final int DEEPEST = 64;

    /** The most nodes that inlining may add to those in the file. */
    private static final int MOST_NODES = 250_000;

    static final Set<String> CALLS = Set.of("PartitionedCall", "StatefulPartitionedCall");

    private final GraphView graph;
    private final boolean loopsToo;
    private final List<NodeDef> flat = new ArrayList<>();
    private final List<ControlFlowNode> forks = new ArrayList<>();

    private Inlining(GraphView graph, boolean loopsToo) {
        this.graph = graph;
        this.loopsToo = loopsToo;
    }

    /** The graph without calls; its library does not change. */
    public static GraphDef flat(GraphView graph) {
        return new Inlining(graph, false).unfolded();
    }

    /** The graph without calls, and with the bodies of loops and branches inlined. */
    public static OpenControlFlow open(GraphView graph) {
        Inlining inlining = new Inlining(graph, true);
        GraphDef laid = inlining.unfolded();
        return OpenControlFlow.of(laid, inlining.forks);
    }

    private GraphDef unfolded() {
        if (InlinedSize.nodes(graph) > MOST_NODES + (long) graph.nodes().size()) {
            throw new LancetException("graph: inlining its functions gives more than " + MOST_NODES
                    + " nodes; look for a function that calls itself");
        }
        graph.nodes().forEach(node -> top(node.definition()));
        return graph.definition().toBuilder().clearNode().addAllNode(flat).build();
    }

    private void top(NodeDef node) {
        if (!CALLS.contains(node.getOp())) {
            add(node);
            look(node, 0);
            return;
        }
        Returned returned = call(node, node.getInputList(), 0);
        NodeDef.Builder end = NodeDef.newBuilder().setName(node.getName()).setDevice(node.getDevice());
        List<DataType> types = node.getAttrOrDefault("Tout", AttrValue.getDefaultInstance())
                .getList()
                .getTypeList();
        if (types.size() == 1) {
            end.setOp("Identity").putAttr("T", Attributes.of(types.get(0)));
        } else if (types.isEmpty()) {
            end.setOp("NoOp");
        } else {
            end.setOp("IdentityN").putAttr("T", Attributes.types(types));
        }
        returned.values().stream().limit(types.size()).forEach(end::addInput);
        returned.after().forEach(name -> end.addInput("^" + name));
        add(end.build());
    }

    private void add(NodeDef node) {
        flat.add(node);
    }

    /** The result of an inlined call: its outputs, and the nodes that must have run. */
    record Returned(List<String> values, List<String> after) {}

    private Returned call(NodeDef node, List<String> inputs, int depth) {
        return body(
                node.getName(),
                function(
                        node,
                        node.getAttrOrDefault("f", AttrValue.getDefaultInstance())
                                .getFunc()
                                .getName()),
                inputs,
                depth);
    }

    private FunctionDef function(NodeDef node, String name) {
        FunctionDef function = graph.functions().get(name);
        if (function == null) {
            throw new LancetException(
                    "graph: " + node.getName() + " calls '" + name + "', which its library does not have");
        }
        return function;
    }

    private Returned body(String prefix, FunctionDef function, List<String> inputs, int depth) {
        if (depth > DEEPEST) {
            throw new LancetException("graph: calls are nested deeper than " + DEEPEST + " at " + prefix
                    + "; a function calls itself, which SavedModels do not support");
        }
        List<String> data =
                inputs.stream().filter(input -> !input.startsWith("^")).toList();
        List<String> controls =
                inputs.stream().filter(input -> input.startsWith("^")).toList();
        List<OpDef.ArgDef> arguments = function.getSignature().getInputArgList();
        if (arguments.size() != data.size()) {
            throw new LancetException("graph: " + prefix + " passes " + data.size() + " values to "
                    + function.getSignature().getName() + ", which takes " + arguments.size());
        }
        BodyScope scope = new BodyScope(function.getSignature().getName());
        for (int i = 0; i < arguments.size(); i++) {
            scope.argument(arguments.get(i).getName(), data.get(i));
        }
        // A call enters the scope with its results, so nodes are visited in an order in which these are known.
        for (NodeDef node : BodyOrder.of(function)) {
            String name = prefix + "/" + node.getName();
            List<String> taken = new ArrayList<>();
            node.getInputList().forEach(input -> taken.addAll(scope.resolve(input)));
            controls.stream().filter(control -> !taken.contains(control)).forEach(taken::add);
            NodeDef placed = node.toBuilder()
                    .setName(name)
                    .clearInput()
                    .addAllInput(taken)
                    .removeAttr("_class")
                    .build();
            if (CALLS.contains(node.getOp())) {
                Returned returned = call(placed, taken, depth + 1);
                scope.call(node.getName(), returned.values(), returned.after());
            } else {
                scope.node(node, name);
                add(placed);
                look(placed, depth);
            }
        }
        List<String> values = new ArrayList<>();
        for (OpDef.ArgDef result : function.getSignature().getOutputArgList()) {
            values.addAll(scope.resolve(function.getRetOrDefault(result.getName(), result.getName())));
        }
        Set<String> after = new LinkedHashSet<>();
        function.getControlRetMap().values().stream().sorted().forEach(node -> scope.resolve("^" + node)
                .forEach(name -> after.add(name.substring(1))));
        return new Returned(values, List.copyOf(after));
    }

    /** Inlines the bodies of a loop or branch. */
    private void look(NodeDef node, int depth) {
        if (loopsToo) {
            ControlFlowKind.of(node).ifPresent(branching -> open(node, branching, depth));
        }
    }

    private void open(NodeDef node, ControlFlowKind branching, int depth) {
        List<String> data = node.getInputList().stream()
                .filter(input -> !input.startsWith("^"))
                .toList();
        List<String> passed = data.subList(Math.min(branching.skipped(), data.size()), data.size());
        List<Boolean> stays = branching.stays(graph.functions(), passed.size());
        int at = forks.size();
        List<ControlFlowNode.Body> bodies = new ArrayList<>();
        branching.bodies().forEach((word, name) -> {
            String prefix = node.getName() + "/" + word;
            FunctionDef function = function(node, name);
            List<String> arguments = arguments(prefix, function, passed, stays);
            int first = flat.size();
            Returned returned = body(prefix, function, arguments, depth + 1);
            Set<String> members = new LinkedHashSet<>();
            flat.subList(first, flat.size()).forEach(member -> members.add(member.getName()));
            NodeDef.Builder end = NodeDef.newBuilder().setName(prefix).setOp(ControlFlowNode.RETURNED);
            for (int i = 0; i < returned.values().size(); i++) {
                boolean handedOn = branching.turns(word) && i < stays.size() && stays.get(i);
                if (!handedOn) {
                    end.addInput(returned.values().get(i));
                }
            }
            returned.after().forEach(ran -> end.addInput("^" + ran));
            add(end.build());
            bodies.add(new ControlFlowNode.Body(word, function, arguments, members));
        });
        // Added before the loops and branches in its bodies.
        forks.add(at, new ControlFlowNode(node, branching, passed, stays, bodies));
    }

    /**
     * The arguments in a body: the passed tensor, or a placeholder for a value that a loop carries from iteration to
     * iteration.
     */
    private List<String> arguments(String prefix, FunctionDef function, List<String> passed, List<Boolean> stays) {
        List<String> seen = new ArrayList<>();
        List<OpDef.ArgDef> arguments = function.getSignature().getInputArgList();
        for (int i = 0; i < passed.size(); i++) {
            if (stays.get(i) || i >= arguments.size()) {
                seen.add(passed.get(i));
                continue;
            }
            String name = prefix + "/" + arguments.get(i).getName();
            add(NodeDef.newBuilder()
                    .setName(name)
                    .setOp(ControlFlowNode.CARRIED)
                    .putAttr("dtype", Attributes.of(arguments.get(i).getType()))
                    .build());
            seen.add(name);
        }
        return seen;
    }
}
