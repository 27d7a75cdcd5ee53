package dev.lancet.surgery;

import java.util.List;
import java.util.Map;
import org.tensorflow.proto.GraphDef;

/**
 * What came of single rules.
 *
 * @param graph the graph afterwards
 * @param sites the nodes that were replaced, in the graph's order
 * @param added the nodes that rules put in, each with the node that it replaces or helps to replace
 * @param refusals why nodes that a rule looks for were left
 */
public record RewriteResult(GraphDef graph, List<String> sites, Map<String, String> added, List<String> refusals) {

    public RewriteResult {
        sites = List.copyOf(sites);
        added = Map.copyOf(added);
        refusals = List.copyOf(refusals);
    }
}
