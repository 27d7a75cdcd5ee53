package dev.lancet.runtime.foreign;

import dev.lancet.compression.Compressor;
import dev.lancet.compression.Fidelity;
import dev.lancet.compression.weights.HostTensor;
import dev.lancet.compression.weights.Weights;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.runtime.linear.TensorFlowAlgebra;
import dev.lancet.surgery.foreign.ForeignModel;
import dev.lancet.surgery.foreign.ForeignOperation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

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
     * Carries out a plan.
     *
     * @param plan one of this model, see {@link ForeignModel#plan}
     * @throws LancetException if the plan changes a layer that cannot be cut, or a matrix is not finite
     */
    public static ForeignCompression of(ForeignModel model, Plan plan) {
        ForeignOperation operation = ForeignOperation.operate(model, plan);
        Plan before = model.plan();
        Set<String> names = new HashSet<>();
        plan.changed().forEach(step -> names.add(step.weight().name()));
        Plan from = new Plan(
                plan.model(),
                before.steps().stream()
                        .filter(step -> names.contains(step.weight().name()))
                        .toList(),
                List.of());
        Plan into = new Plan(plan.model(), plan.changed(), List.of());
        List<HostTensor> arrays = new ArrayList<>();
        try (TensorFlowAlgebra algebra = new TensorFlowAlgebra()) {
            List<Fidelity> losses = new Compressor(algebra).compress(from, into, ForeignWeights.of(model), arrays::add);
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
