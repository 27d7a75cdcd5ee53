package dev.lancet.runtime.compress;

import dev.lancet.compression.Compressor;
import dev.lancet.compression.Fidelity;
import dev.lancet.compression.calibration.GramMatrices;
import dev.lancet.dsl.plan.ArraySpec;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.weights.WeightSink;
import dev.lancet.dsl.weights.WeightsInMemory;
import dev.lancet.io.Progress;
import dev.lancet.runtime.algebra.BlasThreadLimit;
import dev.lancet.runtime.calibration.ConvertedPart;
import dev.lancet.runtime.calibration.GramSource;
import dev.lancet.runtime.source.ModelSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * Converts the matrices of each part of a model as soon as the Gram matrices of the part are there. The matrices come in the
 * order of the parts, which for a model with a tied embedding is not that of the plan.
 */
final class PartwiseConversion implements GramSource.Reader {

    private final ModelSource.Conversion conversion;
    private final GramSource grams;
    private final Function<GramMatrices, Compressor> compressor;
    private final Output output;
    private final List<Fidelity> losses = new ArrayList<>();
    private int passed;
    private Optional<ConvertedPart> last = Optional.empty();

    /**
     * Where the result goes.
     *
     * @param sink receives the arrays
     * @param done how many matrices an earlier process converted
     * @param converted is told about each matrix that is written
     * @param stored the form in which a step is written
     */
    record Output(
            WeightSink sink,
            int done,
            BiConsumer<String, Optional<Fidelity>> converted,
            Function<Plan, Plan> stored,
            Progress.Task task) {}

    /** A conversion; {@code compressor} makes the compressor for some Gram matrices. */
    PartwiseConversion(
            ModelSource.Conversion conversion,
            GramSource grams,
            Function<GramMatrices, Compressor> compressor,
            Output output) {
        this.conversion = conversion;
        this.grams = grams;
        this.compressor = compressor;
        this.output = output;
    }

    /** Converts all matrices, and passes on the vectors. Returns the errors of the matrices that were converted now. */
    List<Fidelity> run() {
        grams.read(this);
        conversion.into().vectors().forEach(vector -> output.sink()
                .accept(conversion.weights().read(vector.name())));
        return List.copyOf(losses);
    }

    /** A sequential source needs every part in its new form, also those that are written already. */
    @Override
    public boolean needs(List<String> matrices) {
        int count = part(conversion.into(), matrices).steps().size();
        if (grams.sequential() || passed + count > output.done()) {
            output.task().advance(Math.max(0, passed - output.done()), "measuring");
            return true;
        }
        passed += count;
        return false;
    }

    @Override
    @SuppressWarnings("try") // the limit of threads acts by being open
    public void accept(List<String> matrices, GramMatrices measured) {
        Plan from = part(conversion.from(), matrices);
        Plan into = part(conversion.into(), matrices);
        int written = Math.max(0, Math.min(into.steps().size(), output.done() - passed));
        WeightsInMemory arrays = new WeightsInMemory();
        Set<String> there = grams.sequential() ? arrays(output.stored().apply(into), written) : Set.of();
        WeightSink sink = tensor -> {
            if (grams.sequential()) {
                arrays.accept(tensor.copy());
            }
            if (!there.contains(tensor.name())) {
                output.sink().accept(tensor);
            }
        };
        int skipped = grams.sequential() ? written : 0;
        int[] index = {0};
        try (BlasThreadLimit one = new BlasThreadLimit(1)) {
            losses.addAll(compressor
                    .apply(measured)
                    .after(written - skipped)
                    .compress(
                            from,
                            into,
                            conversion.weights(),
                            sink,
                            new ConversionProgress(output.task(), output.done() - passed, (weight, loss) -> {
                                if (index[0]++ >= skipped) {
                                    output.converted().accept(weight, loss);
                                }
                            })));
        }
        passed += into.steps().size();
        last = Optional.of(new ConvertedPart(output.stored().apply(into), arrays));
    }

    @Override
    public ConvertedPart converted() {
        return last.orElseThrow();
    }

    /** The arrays of the first steps. */
    private static Set<String> arrays(Plan plan, int steps) {
        Set<String> names = new HashSet<>();
        plan.steps().subList(0, steps).forEach(step -> step.matrices()
                .forEach(matrix -> matrix.arrays().stream().map(ArraySpec::name).forEach(names::add)));
        return names;
    }

    /** The steps of these matrices; a conversion of a graph has only those that change. */
    private static Plan part(Plan plan, List<String> matrices) {
        return new Plan(
                plan.model(),
                matrices.stream().flatMap(name -> plan.find(name).stream()).toList(),
                List.of());
    }

    /** The same plan with its steps in the order of the parts. */
    static Plan inOrder(Plan plan, GramSource grams) {
        List<String> matrices = grams.parts().stream().flatMap(List::stream).toList();
        return new Plan(plan.model(), part(plan, matrices).steps(), plan.vectors());
    }
}
