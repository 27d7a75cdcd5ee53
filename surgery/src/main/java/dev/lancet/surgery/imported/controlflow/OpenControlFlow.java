package dev.lancet.surgery.imported.controlflow;

import dev.lancet.surgery.graph.GraphView;
import dev.lancet.surgery.graph.Input;
import dev.lancet.surgery.graph.Node;
import dev.lancet.surgery.imported.tracing.Pruning;
import dev.lancet.surgery.imported.tracing.Tracing;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;

/**
 * A graph with inlined loops and branches: the nodes of their bodies stand beside the nodes that run them. An argument
 * that the bodies see as it was passed, such as a captured variable, is replaced by the passed tensor itself. An open
 * graph cannot run. It serves for analysis and surgery; {@link ControlFlowRestorer} turns it into a graph that can run.
 *
 * <pre>
 * W = Variable [6,6]                           W = Variable [6,6]
 * loop = While(x, W) body=turn                 loop = While(x)
 * turn(a, w) = (MatMul(a, Read(w)), w)    ->   loop/body/a = Carried
 *                                              loop/body/read = Read(W)
 *                                              loop/body/y = MatMul(loop/body/a, loop/body/read)
 * loop/body = Returned(loop/body/y, W)
 * </pre>
 *
 * @param graph the open graph
 * @param forks the loops and branches, outer ones before those nested in them
 */
public record OpenControlFlow(GraphDef graph, List<ControlFlowNode> forks) {

    /** Nodes that can be dropped if nothing uses them. */
    private static final Set<String> WITHOUT_EFFECT =
            Set.of("ReadVariableOp", "Identity", "Const", ControlFlowNode.CARRIED, "VariableShape", "Shape");

    static OpenControlFlow of(GraphDef laid, List<ControlFlowNode> forks) {
        Map<String, ControlFlowNode> byOwner = new HashMap<>();
        forks.forEach(fork -> byOwner.put(fork.owner().getName(), fork));
        GraphDef.Builder graph = laid.toBuilder().clearNode();
        for (NodeDef node : laid.getNodeList()) {
            NodeDef.Builder open = node.toBuilder().clearInput();
            ControlFlowNode fork = byOwner.get(node.getName());
            int data = 0;
            for (String input : node.getInputList()) {
                if (fork != null && !input.startsWith("^") && fork.seen(data++)) {
                    continue;
                }
                open.addInput(through(input, byOwner));
            }
            graph.addNode(open);
        }
        List<ControlFlowNode> renamed = new ArrayList<>();
        forks.forEach(fork -> renamed.add(fork.renamed(name -> through(name, byOwner))));
        return new OpenControlFlow(graph.build(), List.copyOf(renamed));
    }

    /** The graph without the nodes that neither these nodes nor the bodies need. */
    public OpenControlFlow reaching(Set<String> wanted) {
        GraphView view = GraphView.of(graph);
        Set<String> roots = roots(view);
        roots.addAll(wanted);
        return new OpenControlFlow(Pruning.reaching(view, roots), forks);
    }

    /** The graph whose bodies have no control dependencies on reads of variables that are never written. */
    public OpenControlFlow unordered() {
        return new OpenControlFlow(ReadOrdering.unordered(GraphView.of(graph)), forks);
    }

    /** Maps a value that a loop returns unchanged to the tensor that was passed to it. */
    private static String through(String name, Map<String, ControlFlowNode> byOwner) {
        String at = name;
        for (int steps = 0; steps <= byOwner.size(); steps++) {
            Input input = Input.parse(at);
            ControlFlowNode fork = byOwner.get(input.node());
            if (input.control()
                    || fork == null
                    || !fork.branching().loop()
                    || input.port() >= fork.stays().size()
                    || !fork.stays().get(input.port())) {
                return at;
            }
            at = fork.passed().get(input.port());
        }
        return at;
    }

    /** The nodes of an open graph that the bodies need: their results, carried values, and nodes with side effects. */
    public Set<String> roots(GraphView open) {
        Set<String> roots = new LinkedHashSet<>();
        for (ControlFlowNode fork : forks) {
            // A loop may pass a tensor that its bodies do not use; if it belongs to a matrix, it goes away with the
            // matrix.
            fork.captured().stream()
                    .flatMap(passed -> open.find(Input.parse(passed).node()).stream())
                    .filter(node -> !node.is("VarHandleOp") && !Tracing.passes(node))
                    .forEach(node -> roots.add(node.name()));
            for (ControlFlowNode.Body body : fork.bodies()) {
                open.find(fork.end(body)).ifPresent(end -> roots.add(end.name()));
                body.members().stream()
                        .filter(name ->
                                open.find(name).filter(OpenControlFlow::effect).isPresent())
                        .forEach(roots::add);
                body.arguments().stream()
                        .filter(argument -> carried(open, argument))
                        .forEach(roots::add);
            }
        }
        return roots;
    }

    private static boolean carried(GraphView open, String argument) {
        return open.find(argument)
                .filter(node -> node.is(ControlFlowNode.CARRIED))
                .isPresent();
    }

    private static boolean effect(Node node) {
        return node.uses().isEmpty() && !WITHOUT_EFFECT.contains(node.op());
    }
}
