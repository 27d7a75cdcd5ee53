package dev.lancet.surgery;

import java.util.List;
import org.tensorflow.proto.GraphDef;

/**
 * What came of single rules.
 *
 * @param graph the graph afterwards
 * @param sites the nodes that were replaced, in the graph's order
 * @param refusals why nodes that a rule looks for were left
 */
public record RewriteResult(GraphDef graph, List<String> sites, List<String> refusals) {

    public RewriteResult {
        sites = List.copyOf(sites);
        refusals = List.copyOf(refusals);
    }
}
