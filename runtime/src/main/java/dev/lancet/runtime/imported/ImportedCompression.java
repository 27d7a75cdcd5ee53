package dev.lancet.runtime.imported;

import dev.lancet.compression.Compressor;
import dev.lancet.compression.Fidelity;
import dev.lancet.compression.Spectrometer;
import dev.lancet.dsl.Budget;
import dev.lancet.dsl.Compression;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Precision;
import dev.lancet.dsl.Rank;
import dev.lancet.dsl.Selector;
import dev.lancet.dsl.Weight;
import dev.lancet.dsl.plan.BudgetUnreachableException;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Spectra;
import dev.lancet.dsl.plan.Step;
import dev.lancet.runtime.algebra.TensorFlowAlgebra;
import dev.lancet.runtime.progress.Progress;
import dev.lancet.surgery.imported.ImportedModel;
import dev.lancet.surgery.imported.ImportedSurgery;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A foreign model under a plan: its graph cut, its weights still in its files until they are written smaller, one at a time. */
public final class ImportedCompression {

    private final ImportedModel model;
    private final Plan plan;
    private final ImportedSurgery operation;
    private final Progress progress;

    private ImportedCompression(ImportedModel model, Plan plan, ImportedSurgery operation, Progress progress) {
        this.model = model;
        this.plan = plan;
        this.operation = operation;
        this.progress = progress;
    }

    /**
     * Decides every layer of a model; singular values are measured where a clause chooses ranks by them.
     *
     * @throws LancetException if a clause selects nothing, or a rank does not make a layer smaller
     */
    public static Plan plan(ImportedModel model, Compression compression, Progress progress) {
        Plan dense = model.plan();
        List<String> wanted = dense.steps().stream()
                .map(Step::weight)
                .filter(compression::needsSpectrum)
                .map(Weight::name)
                .toList();
        if (wanted.isEmpty()) {
            return model.plan(compression, Spectra.none());
        }
        try (TensorFlowAlgebra algebra = new TensorFlowAlgebra();
                Progress.Task task = progress.begin("singular values", wanted.size())) {
            Spectra spectra = new Spectrometer(algebra)
                    .measure(
                            dense,
                            ImportedWeights.of(model),
                            weight -> wanted.contains(weight.name()),
                            (name, done, all, seconds) -> task.advance(done, name));
            return model.plan(compression, spectra);
        }
    }

    /**
     * The rules by which a model fits a budget that nothing else is said with: 8 bits for every matrix, else 4, and in
     * either case, where bits alone do not do, ranks for the linear layers.
     *
     * @throws LancetException if not even 4 bits and rank 1 fit
     */
    public static Compression within(ImportedModel model, Budget budget) {
        Compression eight = within(budget, Precision.int8());
        try {
            model.plan(eight, Spectra.none());
            return eight;
        } catch (BudgetUnreachableException more) {
            Compression four = within(budget, Precision.int4(32));
            model.plan(four, Spectra.none());
            return four;
        }
    }

    private static Compression within(Budget budget, Precision precision) {
        return Compression.keepAll()
                .on(Selector.everything())
                .quantize(precision)
                .on(Selector.linears())
                .factorise(Rank.byBudget(), precision)
                .within(budget);
    }

    /** {@link #of(ImportedModel, Plan, Progress)} with nobody watching. */
    public static ImportedCompression of(ImportedModel model, Plan plan) {
        return of(model, plan, Progress.silent());
    }

    /**
     * Carries out a plan on the graph.
     *
     * @param plan one of this model, see {@link #plan}
     * @throws LancetException if the plan changes a layer that cannot be cut
     */
    public static ImportedCompression of(ImportedModel model, Plan plan, Progress progress) {
        return new ImportedCompression(model, plan, ImportedSurgery.operate(model, plan), progress);
    }

    /** The operation on the graph. */
    public ImportedSurgery operation() {
        return operation;
    }

    /**
     * Writes the smaller model: a frozen graph if the path ends in {@code .pb}, otherwise a SavedModel folder. What the plan
     * changes is decomposed and quantised on the way, one matrix in memory at a time; the rest goes from file to file.
     *
     * @return what every changed matrix lost
     * @throws LancetException if something is there already, it cannot be written, or a matrix is not finite; then nothing
     *     is left behind
     */
    public List<Fidelity> write(Path out) {
        if (Files.exists(out)) {
            throw new LancetException(out + ": is there already; give a path that is not");
        }
        List<Fidelity> losses = new ArrayList<>();
        ImportedSurgery.Arrays arrays = sink -> losses.addAll(compress(sink));
        if (String.valueOf(out.getFileName()).endsWith(".pb")) {
            operation.freeze(out, arrays);
        } else {
            operation.saveModel(out, arrays);
        }
        return List.copyOf(losses);
    }

    /**
     * Hands over every array that the plan changes, one at a time.
     *
     * @return what every changed matrix lost
     */
    public List<Fidelity> compress(ImportedSurgery.Sink sink) {
        Plan into = new Plan(plan.model(), plan.changed(), List.of());
        Plan dense = model.plan();
        Plan from = new Plan(
                plan.model(),
                into.steps().stream()
                        .map(step -> dense.step(step.weight().name()))
                        .toList(),
                List.of());
        try (TensorFlowAlgebra algebra = new TensorFlowAlgebra();
                Progress.Task task = progress.begin("compress", into.steps().size())) {
            return new Compressor(algebra)
                    .compress(
                            from,
                            into,
                            ImportedWeights.of(model),
                            tensor -> sink.take(tensor.spec().name(), tensor.bytes()),
                            (name, done, all, seconds) -> task.advance(done, name));
        }
    }
}
