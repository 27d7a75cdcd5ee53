package dev.lancet.runtime.foreign;

import dev.lancet.compression.Compressor;
import dev.lancet.compression.Fidelity;
import dev.lancet.compression.Spectrometer;
import dev.lancet.compression.weights.HostTensor;
import dev.lancet.compression.weights.Weights;
import dev.lancet.dsl.Compression;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Weight;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Spectra;
import dev.lancet.dsl.plan.Step;
import dev.lancet.runtime.linear.TensorFlowAlgebra;
import dev.lancet.runtime.progress.Progress;
import dev.lancet.surgery.foreign.ForeignModel;
import dev.lancet.surgery.foreign.ForeignOperation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A foreign model under a plan, in memory until it is written: its graph cut, and the arrays that the plan changes. What the
 * plan leaves alone goes from file to file.
 */
public final class ForeignCompression {

    private final ForeignOperation operation;
    private final Weights changed;
    private final List<Fidelity> losses;

    private ForeignCompression(ForeignOperation operation, Weights changed, List<Fidelity> losses) {
        this.operation = operation;
        this.changed = changed;
        this.losses = List.copyOf(losses);
    }

    /**
     * Decides every layer of a model; singular values are measured where a clause chooses ranks by them.
     *
     * @throws LancetException if a clause selects nothing, or a rank does not make a layer smaller
     */
    public static Plan plan(ForeignModel model, Compression compression, Progress progress) {
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
                            ForeignWeights.of(model),
                            weight -> wanted.contains(weight.name()),
                            (name, done, all, seconds) -> task.advance(done, name));
            return model.plan(compression, spectra);
        }
    }

    /** {@link #of(ForeignModel, Plan, Progress)} with nobody watching. */
    public static ForeignCompression of(ForeignModel model, Plan plan) {
        return of(model, plan, Progress.silent());
    }

    /**
     * Carries out a plan.
     *
     * @param plan one of this model, see {@link #plan}
     * @throws LancetException if the plan changes a layer that cannot be cut, or a matrix is not finite
     */
    public static ForeignCompression of(ForeignModel model, Plan plan, Progress progress) {
        ForeignOperation operation = ForeignOperation.operate(model, plan);
        Plan into = new Plan(plan.model(), plan.changed(), List.of());
        Plan dense = model.plan();
        Plan from = new Plan(
                plan.model(),
                into.steps().stream()
                        .map(step -> dense.step(step.weight().name()))
                        .toList(),
                List.of());
        List<HostTensor> arrays = new ArrayList<>();
        try (TensorFlowAlgebra algebra = new TensorFlowAlgebra();
                Progress.Task task = progress.begin("compress", into.steps().size())) {
            List<Fidelity> losses = new Compressor(algebra)
                    .compress(
                            from,
                            into,
                            ForeignWeights.of(model),
                            arrays::add,
                            (name, done, all, seconds) -> task.advance(done, name));
            return new ForeignCompression(operation, Weights.of(arrays), losses);
        }
    }

    /** What every changed matrix lost. */
    public List<Fidelity> losses() {
        return losses;
    }

    /** The operation on the graph. */
    public ForeignOperation operation() {
        return operation;
    }

    /**
     * Writes the smaller model: a frozen graph if the path ends in {@code .pb}, otherwise a SavedModel folder.
     *
     * @throws LancetException if something is there already, or it cannot be written
     */
    public void write(Path out) {
        if (Files.exists(out)) {
            throw new LancetException(out + ": is there already; give a path that is not");
        }
        ForeignOperation.Values values = name -> changed.read(name).bytes();
        if (String.valueOf(out.getFileName()).endsWith(".pb")) {
            operation.freeze(out, values);
        } else {
            operation.saveModel(out, values);
        }
    }
}
