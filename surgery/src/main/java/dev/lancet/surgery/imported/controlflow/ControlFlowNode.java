package dev.lancet.surgery.imported.controlflow;

import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.NodeDef;

/**
 * A loop or branch that is laid open, see {@link OpenControlFlow}.
 *
 * @param owner the node that runs the bodies
 * @param branching what it does with them
 * @param passed what it passes as arguments, in the names of the open graph
 * @param stays for each argument, whether the bodies see it as it was passed
 * @param bodies what it runs
 */
record ControlFlowNode(
        NodeDef owner, ControlFlowKind branching, List<String> passed, List<Boolean> stays, List<Body> bodies) {

    /** The operator of the nodes that stand for what a loop carries from turn to turn. */
    static final String CARRIED = "Carried";

    /**
     * The operator of the node at the end of a body, called {@code owner/word}: it takes what the body returns,
     * but of the body of a loop not what every turn hands on as it is.
     */
    static final String RETURNED = "Returned";

    ControlFlowNode {
        passed = List.copyOf(passed);
        stays = List.copyOf(stays);
        bodies = List.copyOf(bodies);
    }

    /**
     * A function in an open graph, where its nodes are called {@code owner/word/node}.
     *
     * @param word what it is for: {@code cond}, {@code then_branch}
     * @param function as it was
     * @param arguments what each argument is in the open graph
     * @param members its nodes there
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

    /** With other names for what is passed. */
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

    /** What the bodies see as it was passed. */
    List<String> captured() {
        return IntStream.range(0, passed.size())
                .filter(stays::get)
                .mapToObj(passed::get)
                .toList();
    }

    /** The name of the node at the end of a body, with which the names of the others begin. */
    String end(Body body) {
        return owner.getName() + "/" + body.word();
    }
}
