package dev.lancet.surgery;

import java.util.List;
import java.util.Map;
import org.tensorflow.proto.GraphDef;

/**
 * The result of applying rules to a graph.
 *
 * @param graph the graph afterwards
 * @param sites the names of the replaced nodes, in the order of the graph
 * @param added the nodes that rules added, each with the replaced node it belongs to
 * @param refusals the reasons why rules left nodes that matched their patterns
 */
public record RewriteResult(GraphDef graph, List<String> sites, Map<String, String> added, List<String> refusals) {

    public RewriteResult {
        sites = List.copyOf(sites);
        added = Map.copyOf(added);
        refusals = List.copyOf(refusals);
    }
}
