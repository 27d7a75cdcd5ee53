package dev.lancet.surgery.imported.controlflow;

import dev.lancet.dsl.LancetException;
import dev.lancet.surgery.graph.GraphView;
import dev.lancet.surgery.graph.Input;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.OpDef;

/**
 * Turns the inlined bodies of loops and branches in an open graph into functions again. Tensors that a body uses from
 * outside become arguments. They take the places of arguments that it no longer uses, so that the results of a loop keep
 * their positions; further ones follow at the end. A loop whose bodies did not change stays as it was.
 */
public final class ControlFlowRestorer {

    private final GraphView before;
    private final Map<String, NodeDef> nodes = new LinkedHashMap<>();
    private final Map<String, FunctionDef> functions = new TreeMap<>();
    private final Set<String> changed = new HashSet<>();

    private ControlFlowRestorer(GraphView before, GraphDef after) {
        this.before = before;
        after.getNodeList().forEach(node -> nodes.put(node.getName(), node));
        after.getLibrary()
                .getFunctionList()
                .forEach(function -> functions.put(function.getSignature().getName(), function));
    }

    /**
     * A graph that can run.
     *
     * @param opened the open graph before surgery, with its loops and branches
     * @param after the open graph after surgery
     */
    public static GraphDef of(OpenControlFlow opened, GraphDef after) {
        ControlFlowRestorer closing = new ControlFlowRestorer(GraphView.of(opened.graph()), after);
        for (int i = opened.forks().size() - 1; i >= 0; i--) {
            closing.close(opened.forks().get(i));
        }
        GraphDef.Builder closed = after.toBuilder().clearNode().addAllNode(closing.nodes.values());
        closed.getLibraryBuilder().clearFunction().addAllFunction(closing.functions.values());
        return closed.build();
    }

    private void close(ControlFlowNode fork) {
        List<FunctionFolding> bodies = fork.bodies().stream()
                .map(body -> new FunctionFolding(fork, body, nodes, before))
                .toList();
        NodeDef owner = nodes.get(fork.owner().getName());
        if (owner != null) {
            Set<String> wanted = new LinkedHashSet<>();
            bodies.forEach(body -> wanted.addAll(body.outside()));
            boolean same = bodies.stream().allMatch(body -> body.same(changed))
                    && fork.passed().stream().allMatch(this::exists)
                    && fork.captured().containsAll(wanted);
            if (same) {
                nodes.put(
                        owner.getName(), withInputs(owner, fork, fork.passed()).build());
            } else {
                rewrite(owner, fork, bodies, BodyArguments.of(fork, wanted, this::exists));
                changed.add(owner.getName());
            }
        }
        bodies.forEach(body -> nodes.keySet().removeAll(body.names()));
    }

    private boolean exists(String name) {
        return nodes.containsKey(Input.parse(name).node());
    }

    private static NodeDef.Builder withInputs(NodeDef owner, ControlFlowNode fork, List<String> passed) {
        NodeDef.Builder built = fork.owner().toBuilder().clearInput();
        List<Input> inputs = owner.getInputList().stream().map(Input::parse).toList();
        inputs.stream()
                .filter(input -> !input.control())
                .limit(fork.branching().skipped())
                .forEach(input -> built.addInput(input.toString()));
        built.addAllInput(passed);
        inputs.stream().filter(Input::control).forEach(input -> built.addInput(input.toString()));
        return built;
    }

    private void rewrite(
            NodeDef owner, ControlFlowNode fork, List<FunctionFolding> bodies, List<BodyArguments.Slot> slots) {
        NodeDef.Builder built = withInputs(
                owner, fork, slots.stream().map(BodyArguments.Slot::passed).toList());
        Map<String, String> names = new LinkedHashMap<>();
        for (FunctionFolding body : bodies) {
            String word = body.word();
            String name = (owner.getName() + "." + word).replace('/', '.');
            FunctionDef taken = functions.get(name);
            if (taken != null && !name.equals(fork.branching().bodies().get(word))) {
                throw new LancetException("surgery: the name '" + name + "' for a body of " + owner.getName()
                        + " is taken by another function; rename that function");
            }
            functions.put(name, body.function(name, slots));
            names.put(word, name);
        }
        List<DataType> types = new ArrayList<>();
        OpDef first = fork.bodies().get(0).function().getSignature();
        slots.forEach(slot -> types.add(
                slot.old() < 0
                        ? PassedTypes.type(nodes, slot.passed())
                        : first.getInputArg(slot.old()).getType()));
        BodyArguments.describe(built, fork, slots, types, names);
        nodes.put(owner.getName(), built.build());
    }
}
