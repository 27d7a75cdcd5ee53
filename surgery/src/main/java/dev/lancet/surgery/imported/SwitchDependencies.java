package dev.lancet.surgery.imported;

import dev.lancet.surgery.graph.Attributes;
import dev.lancet.surgery.graph.Input;
import dev.lancet.surgery.graph.Node;
import dev.lancet.surgery.imported.tracing.Tracing;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.NodeDef;

/**
 * Branches of TensorFlow 1: a matrix enters a branch through a {@code Switch}. If the branch is not taken, the Switch has
 * no output, and nothing in the branch is computed. A use that takes the matrix directly must therefore wait for the
 * branch itself.
 *
 * <pre>
 * v = Switch(w, p)                  v.taken = Switch(p, p)
 * y = MatMul(x, v:1)       ->       v.when.1 = Identity(v.taken:1)
 *                                   y = MatMul(x, w, ^v.when.1)
 * </pre>
 */
final class SwitchDependencies {

    private final Map<String, NodeDef> nodes = new LinkedHashMap<>();
    private final Set<String> passing = new HashSet<>();

    /** Remembers an array that will not be read any more, and the nodes that forward it. */
    void markUnread(Node holder) {
        Deque<Node> open = new ArrayDeque<>();
        open.add(holder);
        while (!open.isEmpty()) {
            Node node = open.remove();
            if (passing.add(node.name())) {
                node.uses().stream()
                        .filter(use -> use.input() == 0 && !use.taken().control() && Tracing.passes(use.node()))
                        .forEach(use -> open.add(use.node()));
            }
        }
    }

    /** The nodes that say which branch is taken. */
    Collection<NodeDef> nodes() {
        return Collections.unmodifiableCollection(nodes.values());
    }

    /** The control dependency that replaces an input through a branch; empty for an input through a loop. */
    Optional<String> branchDependency(Node user, int input) {
        Optional<Node> producer = user.producer(input);
        if (producer.isEmpty()
                || !Tracing.passes(producer.get())
                || producer.get().is("Enter")) {
            return Optional.empty();
        }
        return Tracing.branch(producer.get())
                ? Optional.of(when(producer.get(), user.dataInputs().get(input).port()))
                : branchDependency(producer.get(), 0);
    }

    /** The inputs of a node without control dependencies on nodes that forward such an array. */
    List<String> inputs(Collection<String> inputs, Node around) {
        List<String> left = new ArrayList<>();
        for (String text : inputs) {
            Input input = Input.parse(text);
            if (!input.control() || !passing.contains(input.node())) {
                left.add(text);
                continue;
            }
            Node handing = around.graph().node(input.node());
            if (Tracing.branch(handing)) {
                left.add("^" + handing.dataInputs().get(1).node());
            } else if (!handing.is("Enter")) {
                branchDependency(handing, 0).ifPresent(when -> left.add("^" + when));
                left.addAll(inputs(
                        handing.controlInputs().stream().map(Input::toString).toList(), around));
            }
        }
        return left;
    }

    private String when(Node branch, int port) {
        String condition = branch.dataInputs().get(1).toString();
        DataType type = branch.is("Switch") ? DataType.DT_BOOL : DataType.DT_INT32;
        NodeDef.Builder taken = NodeDef.newBuilder()
                .setName(branch.name() + ".taken")
                .setOp(branch.op())
                .addInput(condition)
                .addInput(condition)
                .putAttr("T", Attributes.of(type));
        branch.attribute("num_outs").ifPresent(outputs -> taken.putAttr("num_outs", outputs));
        nodes.put(taken.getName(), taken.build());
        String when = branch.name() + ".when." + port;
        nodes.put(
                when,
                NodeDef.newBuilder()
                        .setName(when)
                        .setOp("Identity")
                        .addInput(new Input(taken.getName(), port).toString())
                        .putAttr("T", Attributes.of(type))
                        .build());
        return when;
    }
}
