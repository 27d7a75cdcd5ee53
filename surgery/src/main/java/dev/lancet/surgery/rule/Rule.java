package dev.lancet.surgery.rule;

import dev.lancet.surgery.graph.Node;
import dev.lancet.surgery.match.Captures;
import dev.lancet.surgery.match.Pattern;

/**
 * One way to rewrite a graph: a pattern for nodes, and a replacement for each. A rule never edits the graph. It returns
 * an {@link Incision}, or a {@link Refusal} with the reason why a matching node must stay.
 *
 * <p>Every rule keeps the name and shape of the node, so that its users need no change. The nodes that a rule adds do not
 * match its own pattern, so a second pass changes nothing.
 */
public interface Rule {

    /** The pattern of the nodes it looks for. */
    Pattern<Node> pattern();

    /**
     * The replacement of a node that matched, or the refusal.
     *
     * @param site the node
     * @param met what the pattern captured
     */
    Verdict judge(Node site, Captures met);
}
