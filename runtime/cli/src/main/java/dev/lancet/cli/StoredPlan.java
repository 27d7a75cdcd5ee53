package dev.lancet.cli;

import dev.lancet.dsl.Precision;
import dev.lancet.dsl.Role;
import dev.lancet.dsl.Weight;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Step;
import dev.lancet.surgery.imported.CompressedMatrix;
import dev.lancet.surgery.imported.GraphVariable;
import dev.lancet.surgery.imported.ImportedModel;
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

    static Plan of(ImportedModel model, Plan decided) {
        Map<String, CompressedMatrix> codes = model.compressed().stream()
                .filter(matrix -> !matrix.precision().equals("float"))
                .collect(Collectors.toMap(CompressedMatrix::name, Function.identity()));
        if (codes.isEmpty()) {
            return decided;
        }
        Set<String> arrays = codes.values().stream()
                .flatMap(matrix -> matrix.arrays().stream())
                .map(GraphVariable::name)
                .collect(Collectors.toSet());
        List<Step> steps = new ArrayList<>();
        model.compressed().stream()
                .filter(matrix -> codes.containsKey(matrix.name()))
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

    private static Step step(CompressedMatrix matrix) {
        Role role = matrix.table() ? Role.EMBEDDING : Role.LINEAR;
        Weight weight = new Weight(matrix.name(), role, -1, matrix.rows(), matrix.columns());
        return new Step(weight, matrix.rank(), precision(matrix), "it is so already");
    }

    /** The scales, which lie behind the codes, tell how many weights share one. */
    private static Precision precision(CompressedMatrix matrix) {
        if (matrix.precision().equals("int8")) {
            return Precision.int8();
        }
        if (matrix.precision().equals("bfloat16")) {
            return Precision.bfloat16();
        }
        List<Long> scales = matrix.arrays().get(1).shape();
        int columns = matrix.rank().orElse(matrix.columns());
        int group =
                Math.toIntExact(matrix.table() ? shared(columns, scales.get(1)) : shared(matrix.rows(), scales.get(0)));
        int even = group + group % 2;
        return matrix.precision().equals("nf4") ? Precision.nf4(even) : Precision.int4(even);
    }

    private static long shared(long weights, long scales) {
        return (weights + scales - 1) / scales;
    }
}
