package dev.lancet.surgery;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Precision;
import dev.lancet.dsl.Role;
import dev.lancet.dsl.Weight;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Step;
import dev.lancet.dsl.plan.StoredMatrix;
import dev.lancet.surgery.SurgeryResult.Change;
import dev.lancet.surgery.SurgeryResult.Outcome;
import dev.lancet.surgery.graph.GraphView;
import dev.lancet.surgery.graph.Node;
import dev.lancet.surgery.match.Captures;
import dev.lancet.surgery.rule.AdaptMatMul;
import dev.lancet.surgery.rule.CorrectMatMul;
import dev.lancet.surgery.rule.FactoriseLookup;
import dev.lancet.surgery.rule.FactoriseMatMul;
import dev.lancet.surgery.rule.Incision;
import dev.lancet.surgery.rule.QuantizeWeight;
import dev.lancet.surgery.rule.Refusal;
import dev.lancet.surgery.rule.Rule;
import dev.lancet.surgery.rule.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.tensorflow.proto.GraphDef;

/**
 * Rewrites graphs, as pure functions: the input graph never changes, and a failure returns no partial result.
 *
 * <p>Carries out a plan weight by weight, on all uses of the weight: first the adapters, then the corrections, then
 * the factors, then the precision of each stored matrix. A graph that already follows the plan is returned unchanged.
 */
public final class Surgeon {

    private Surgeon() {}

    /**
     * Carries out a plan.
     *
     * @param graph a graph whose variables have the names of the plan's weights, as {@code Blueprint} builds it
     * @throws LancetException if the graph lacks a weight of the plan (the message lists similar names), has it in
     *     another shape, or uses it where no rule applies; the graph is then unchanged
     */
    public static SurgeryResult operate(GraphDef graph, Plan plan) {
        GraphView before = GraphView.of(graph);
        plan.vectors().forEach(vector -> check(before, vector));
        List<Outcome> outcomes =
                plan.steps().stream().map(step -> outcome(before, step)).toList();
        List<Step> open = outcomes.stream()
                .filter(outcome -> outcome.change() == Change.CUT)
                .map(Outcome::step)
                .toList();
        GraphDef adapted = pass(before, open, Surgeon::adapting);
        GraphDef corrected = pass(GraphView.of(adapted), open, Surgeon::correcting);
        GraphDef factored = pass(GraphView.of(corrected), open, Surgeon::factorising);
        GraphDef after = open.isEmpty() ? graph : pass(GraphView.of(factored), open, Surgeon::quantizing);
        return new SurgeryResult(after, outcomes);
    }

    private static void check(GraphView graph, Weight vector) {
        GraphWeights weights = new GraphWeights(graph);
        Step asItIs = Step.keep(new Weight(vector.name(), Role.LINEAR, vector.block(), 1, vector.columns()), "");
        if (weights.variable(vector.name()).isEmpty()) {
            throw weights.unexpectedForm(asItIs);
        }
    }

    private static Outcome outcome(GraphView graph, Step step) {
        GraphWeights weights = new GraphWeights(graph);
        if (weights.factoredOtherwise(step) || weights.correctedOtherwise(step)) {
            throw weights.unexpectedForm(step);
        }
        if (step.matrices().stream().allMatch(weights::holds)) {
            return new Outcome(step, step.keeps() ? Change.KEPT : Change.AS_IT_WAS);
        }
        boolean whole = weights.holds(Step.keep(step.weight(), "").matrices().get(0));
        boolean factored = step.rank().isPresent()
                && step.baseMatrices().stream()
                        .allMatch(matrix -> weights.holds(floats(matrix)) || weights.holds(matrix))
                && (step.adapter().isEmpty()
                        || Stream.concat(step.adapterMatrices().stream(), step.adapterConstants().stream())
                                .allMatch(weights::holds));
        if (step.keeps() || !(whole || factored)) {
            throw weights.unexpectedForm(step);
        }
        return new Outcome(step, Change.CUT);
    }

    private static StoredMatrix floats(StoredMatrix matrix) {
        return new StoredMatrix(matrix.name(), matrix.rows(), matrix.columns(), Precision.float32(), matrix.channels());
    }

    private interface Rules {
        /** For each variable that a step changes, the rules for its uses; empty if the step changes none. */
        List<Treatment> of(GraphView graph, Step step);
    }

    private record Treatment(String variable, List<Rule> rules) {}

    private static List<Treatment> adapting(GraphView graph, Step step) {
        Weight weight = step.weight();
        return step.adapter()
                .filter(adapter -> graph.find(weight.adapterA()).isEmpty())
                .map(adapter -> List.of(new Treatment(weight.name(), List.of(new AdaptMatMul(weight, adapter)))))
                .orElse(List.of());
    }

    private static List<Treatment> correcting(GraphView graph, Step step) {
        Weight weight = step.weight();
        return step.correction()
                .filter(correction -> graph.find(weight.correctionA()).isEmpty())
                .map(correction ->
                        List.of(new Treatment(weight.name(), List.of(new CorrectMatMul(weight, correction.rank())))))
                .orElse(List.of());
    }

    private static List<Treatment> factorising(GraphView graph, Step step) {
        Weight weight = step.weight();
        if (step.rank().isEmpty() || graph.find(weight.name()).isEmpty()) {
            return List.of();
        }
        int rank = step.rank().getAsInt();
        List<Rule> rules = new ArrayList<>(List.of(new FactoriseMatMul(weight, rank, step.between())));
        if (step.between().isEmpty()) {
            rules.add(new FactoriseLookup(weight, rank));
        }
        return List.of(new Treatment(weight.name(), rules));
    }

    private static List<Treatment> quantizing(GraphView graph, Step step) {
        GraphWeights weights = new GraphWeights(graph);
        return step.matrices().stream()
                .filter(matrix -> matrix.precision().narrow() && !weights.holds(matrix))
                .map(matrix -> new Treatment(matrix.name(), List.of(new QuantizeWeight(matrix))))
                .toList();
    }

    private static GraphDef pass(GraphView graph, List<Step> steps, Rules rules) {
        PendingRewrite pending = new PendingRewrite(graph);
        List<String> untreatable = new ArrayList<>();
        for (Step step : steps) {
            for (Treatment treatment : rules.of(graph, step)) {
                untreatable.addAll(treat(graph, treatment, pending));
            }
        }
        if (!untreatable.isEmpty()) {
            int more = untreatable.size() - 1;
            throw new LancetException("surgery: " + untreatable.get(0) + (more == 0 ? "" : "; and " + more + " more")
                    + "; the graph is unchanged");
        }
        return pending.rewritten();
    }

    private static List<String> treat(GraphView graph, Treatment treatment, PendingRewrite pending) {
        List<String> untreatable = new ArrayList<>();
        for (Node.Use read : graph.node(treatment.variable()).uses()) {
            if (!read.node().is("ReadVariableOp")) {
                untreatable.add(untreatable(treatment, read));
                continue;
            }
            for (Node.Use use : read.node().uses()) {
                Optional<Verdict> verdict = judge(treatment.rules(), use.node());
                if (verdict.isEmpty() || use.taken().control()) {
                    untreatable.add(untreatable(treatment, use));
                } else if (verdict.get() instanceof Refusal refusal) {
                    untreatable.add(refusal.because());
                } else if (verdict.get() instanceof Incision incision) {
                    pending.add(use.node(), incision);
                }
            }
        }
        return untreatable;
    }

    private static String untreatable(Treatment treatment, Node.Use use) {
        return treatment.variable() + " is used by " + use.node().name() + ", "
                + (use.taken().control()
                        ? "which has a control dependency on it"
                        : "a " + use.node().op())
                + "; only x · W, x · Wᵀ and row lookups are supported";
    }

    /** The verdict of the first rule whose pattern matches the node. */
    private static Optional<Verdict> judge(List<Rule> rules, Node node) {
        return rules.stream()
                .flatMap(rule -> {
                    Optional<Captures> met = rule.pattern().match(node);
                    return met.map(captures -> rule.judge(node, captures)).stream();
                })
                .findFirst();
    }

    /**
     * Offers every node of a graph to the rules. The first rule whose pattern matches the node decides. Nodes that a rule
     * added are not offered again.
     */
    public static RewriteResult rewrite(GraphDef graph, Rule... rules) {
        GraphView view = GraphView.of(graph);
        PendingRewrite pending = new PendingRewrite(view);
        List<String> sites = new ArrayList<>();
        List<String> refusals = new ArrayList<>();
        for (Node node : view.ordered()) {
            judge(List.of(rules), node).ifPresent(verdict -> {
                if (verdict instanceof Incision incision) {
                    pending.add(node, incision);
                    sites.add(node.name());
                } else if (verdict instanceof Refusal refusal) {
                    refusals.add(refusal.because());
                }
            });
        }
        return new RewriteResult(pending.rewritten(), sites, pending.added(), refusals);
    }
}
