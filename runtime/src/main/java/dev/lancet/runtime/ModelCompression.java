package dev.lancet.runtime;

import dev.lancet.compression.Compressor;
import dev.lancet.compression.Fidelity;
import dev.lancet.compression.Spectrometer;
import dev.lancet.dsl.Compression;
import dev.lancet.dsl.Weight;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Spectra;
import dev.lancet.dsl.plan.Step;
import dev.lancet.dsl.weights.WeightSink;
import dev.lancet.dsl.weights.Weights;
import dev.lancet.runtime.algebra.TensorFlowAlgebra;
import dev.lancet.runtime.progress.Progress;
import java.util.List;
import java.util.function.Predicate;

/** The way from a model's weights to smaller ones, with TensorFlow for the linear algebra. */
final class ModelCompression {

    private final Plan plan;
    private final Weights weights;
    private final Progress progress;

    ModelCompression(Plan plan, Weights weights, Progress progress) {
        this.plan = plan;
        this.weights = weights;
        this.progress = progress;
    }

    Plan plan(Compression compression) {
        return plan.then(compression, spectra(compression::needsSpectrum));
    }

    /** The same plan, with what every matrix that is factored will lose. */
    Plan foretold(Compression compression) {
        return plan.then(compression, spectra(compression::factorises));
    }

    private Spectra spectra(Predicate<Weight> wanted) {
        long count = plan.steps().stream().map(Step::weight).filter(wanted).count();
        if (count == 0) {
            return Spectra.none();
        }
        try (TensorFlowAlgebra algebra = new TensorFlowAlgebra();
                Progress.Task task = progress.begin("singular values", count)) {
            return new Spectrometer(algebra)
                    .measure(plan, weights, wanted, (name, done, all, seconds) -> task.advance(done, name));
        }
    }

    List<Fidelity> compress(Plan into, WeightSink sink) {
        try (TensorFlowAlgebra algebra = new TensorFlowAlgebra();
                Progress.Task task = progress.begin("compress", into.steps().size())) {
            return new Compressor(algebra)
                    .compress(plan, into, weights, sink, (name, done, all, seconds) -> task.advance(done, name));
        }
    }
}
