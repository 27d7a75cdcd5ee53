package dev.lancet.surgery.rule;

import dev.lancet.surgery.graph.Node;
import dev.lancet.surgery.match.Captures;
import dev.lancet.surgery.match.Pattern;

/**
 * One way to rewrite a graph: the nodes it looks for, and what comes in the place of each. A rule never edits; it hands
 * back an {@link Incision}, or a {@link Refusal} that says why a node it looks for must stay.
 *
 * <p>For every rule holds: the node keeps its name and shape, so that no consumer is rewired, and what it put in is nothing
 * it looks for, so that a second pass changes nothing.
 */
public interface Rule {

    /** The nodes it looks for. */
    Pattern<Node> pattern();

    /**
     * What comes in the place of a node that matched.
     *
     * @param site the node
     * @param met what the pattern kept
     */
    Verdict judge(Node site, Captures met);
}
