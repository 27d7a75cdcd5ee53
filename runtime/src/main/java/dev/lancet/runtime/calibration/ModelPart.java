package dev.lancet.runtime.calibration;

import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Step;
import dev.lancet.surgery.BlueprintParts;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.tensorflow.proto.GraphDef;

/**
 * A part of a declared model that runs on its own: the embedding, a block, or the head.
 *
 * @param graph its graph with float32 variables
 * @param plan the storage of its weights; a tied embedding is in the first part and in the last
 * @param matrices the names of the matrices that are converted after this part has run: a tied embedding with the head
 */
record ModelPart(GraphDef graph, Plan plan, List<String> matrices) {

    ModelPart {
        matrices = List.copyOf(matrices);
    }

    /** The parts of a model, in the order in which they run. */
    static List<ModelPart> of(Transformer transformer, Plan plan) {
        List<GraphDef> graphs = BlueprintParts.of(transformer);
        List<ModelPart> parts = new ArrayList<>();
        for (int i = 0; i < graphs.size(); i++) {
            Set<String> here = variables(graphs.get(i));
            Set<String> later = i == 0 ? variables(graphs.get(graphs.size() - 1)) : Set.of();
            Plan own = only(plan, here);
            parts.add(new ModelPart(
                    graphs.get(i),
                    own,
                    names(own.steps()).stream()
                            .filter(name -> !later.contains(name))
                            .toList()));
        }
        return parts;
    }

    private static Set<String> variables(GraphDef graph) {
        return graph.getNodeList().stream()
                .filter(node -> node.getOp().equals("VarHandleOp"))
                .map(node -> node.getName())
                .collect(Collectors.toSet());
    }

    private static Plan only(Plan plan, Collection<String> names) {
        return new Plan(
                plan.model(),
                plan.steps().stream()
                        .filter(step -> names.contains(step.weight().name()))
                        .toList(),
                plan.vectors().stream()
                        .filter(vector -> names.contains(vector.name()))
                        .toList());
    }

    private static List<String> names(List<Step> steps) {
        return steps.stream().map(step -> step.weight().name()).toList();
    }

    /** The same part with the matrices that another plan names in the form of that plan. */
    ModelPart under(Plan other) {
        List<Step> steps = plan.steps().stream()
                .map(step -> other.find(step.weight().name()).orElse(step))
                .toList();
        return new ModelPart(graph, new Plan(plan.model(), steps, plan.vectors()), matrices);
    }
}
