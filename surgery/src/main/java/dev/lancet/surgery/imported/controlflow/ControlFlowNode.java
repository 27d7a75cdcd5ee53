package dev.lancet.surgery.imported.controlflow;

import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.NodeDef;

/**
 * An inlined loop or branch, see {@link OpenControlFlow}.
 *
 * @param owner the node that runs the bodies
 * @param branching the kind of the node
 * @param passed the passed arguments, by their names in the open graph
 * @param stays for each argument, whether the bodies see it as it was passed
 * @param bodies the bodies that it runs
 */
record ControlFlowNode(
        NodeDef owner, ControlFlowKind branching, List<String> passed, List<Boolean> stays, List<Body> bodies) {

    /** The operator of the nodes that stand for values carried from iteration to iteration. */
    static final String CARRIED = "Carried";

    /**
     * The operator of the node at the end of a body, called {@code owner/word}. Its inputs are the results of the body,
     * without those that a loop returns unchanged.
     */
    static final String RETURNED = "Returned";

    ControlFlowNode {
        passed = List.copyOf(passed);
        stays = List.copyOf(stays);
        bodies = List.copyOf(bodies);
    }

    /**
     * A function inlined in an open graph; its nodes are called {@code owner/word/node}.
     *
     * @param word its role: {@code cond}, {@code then_branch}
     * @param function the original function
     * @param arguments the names of its arguments in the open graph
     * @param members the names of its nodes in the open graph
     */
    record Body(String word, FunctionDef function, List<String> arguments, Set<String> members) {

        Body {
            arguments = List.copyOf(arguments);
            members = Set.copyOf(members);
        }

        private Body renamed(UnaryOperator<String> names) {
            return new Body(word, function, arguments.stream().map(names).toList(), members);
        }
    }

    /** The same with other names for the passed arguments. */
    ControlFlowNode renamed(UnaryOperator<String> names) {
        return new ControlFlowNode(
                owner,
                branching,
                passed.stream().map(names).toList(),
                stays,
                bodies.stream().map(body -> body.renamed(names)).toList());
    }

    /** Whether the bodies see an input of the owner as it was passed. */
    boolean seen(int input) {
        return input >= branching.skipped() && stays.get(input - branching.skipped());
    }

    /** The arguments that the bodies see as they were passed. */
    List<String> captured() {
        return IntStream.range(0, passed.size())
                .filter(stays::get)
                .mapToObj(passed::get)
                .toList();
    }

    /** The name of the node at the end of a body, which is also the prefix of the names of its other nodes. */
    String end(Body body) {
        return owner.getName() + "/" + body.word();
    }
}
