package dev.lancet.cli;

import dev.lancet.dsl.Precision;
import dev.lancet.dsl.Role;
import dev.lancet.dsl.Weight;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Step;
import dev.lancet.surgery.foreign.ForeignModel;
import dev.lancet.surgery.foreign.Held;
import dev.lancet.surgery.foreign.Treated;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The plan of a graph as people are to read it. Surgery sees codes as bytes and leaves them alone, as it does floats of 16 bits; here a matrix that
 * Lancet stored in fewer bits before is shown with them, and with what it takes.
 */
final class StoredPlan {

    private StoredPlan() {}

    static Plan of(ForeignModel model, Plan decided) {
        Map<String, Treated> codes = model.treated().stream()
                .filter(treated -> !treated.precision().equals("float"))
                .collect(Collectors.toMap(Treated::name, Function.identity()));
        if (codes.isEmpty()) {
            return decided;
        }
        Set<String> arrays = codes.values().stream()
                .flatMap(treated -> treated.arrays().stream())
                .map(Held::name)
                .collect(Collectors.toSet());
        List<Step> steps = new ArrayList<>();
        model.treated().stream()
                .filter(treated -> codes.containsKey(treated.name()))
                .map(StoredPlan::step)
                .forEach(steps::add);
        decided.steps().stream()
                .filter(step -> !arrays.contains(step.weight().name()))
                .forEach(steps::add);
        List<Weight> vectors = decided.vectors().stream()
                .filter(vector -> !arrays.contains(vector.name()))
                .toList();
        return new Plan(decided.model(), steps, vectors);
    }

    private static Step step(Treated treated) {
        Role role = treated.table() ? Role.EMBEDDING : Role.LINEAR;
        Weight weight = new Weight(treated.name(), role, -1, treated.rows(), treated.columns());
        return new Step(weight, treated.rank(), precision(treated), "it is so already");
    }

    /** The scales, which lie behind the codes, tell how many weights share one. */
    private static Precision precision(Treated treated) {
        if (treated.precision().equals("int8")) {
            return Precision.int8();
        }
        if (treated.precision().equals("bfloat16")) {
            return Precision.bfloat16();
        }
        List<Long> scales = treated.arrays().get(1).shape();
        int columns = treated.rank().orElse(treated.columns());
        int group = Math.toIntExact(
                treated.table() ? shared(columns, scales.get(1)) : shared(treated.rows(), scales.get(0)));
        int even = group + group % 2;
        return treated.precision().equals("nf4") ? Precision.nf4(even) : Precision.int4(even);
    }

    private static long shared(long weights, long scales) {
        return (weights + scales - 1) / scales;
    }
}
