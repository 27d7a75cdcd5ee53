package dev.lancet.runtime.calibration;

import dev.lancet.compression.algebra.Float64Algebra;
import dev.lancet.compression.calibration.GramMatrices;
import dev.lancet.io.Progress;
import dev.lancet.runtime.algebra.OpenBlas;
import dev.lancet.runtime.device.Device;
import dev.lancet.runtime.device.ResolvedDevice;
import dev.lancet.runtime.source.DeclaredSource;
import dev.lancet.runtime.source.ModelSource;
import dev.lancet.runtime.train.graph.Examples;
import dev.lancet.surgery.layer.LayerInput;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Measures the Gram matrices of the inputs of all layers. Layers that read the same tensor share one. The sums are
 * accumulated in 64 bits. Rows of a sequence that a mask excludes are not counted.
 */
public final class GramMeasurement {

    /** The most elements of a row's tokens in a run; a few thousand rows keep the products efficient. */
    private static final int TOKENS_A_RUN = 2048;

    private final RunningModel model;
    private final Float64Algebra algebra;
    private final Progress progress;

    /** A measurement on a model. */
    public GramMeasurement(RunningModel model, Float64Algebra algebra, Progress progress) {
        this.model = model;
        this.algebra = algebra;
        this.progress = progress;
    }

    /** The Gram matrices of the layers of a model on its calibration rows, in memory. */
    public static GramMatrices of(ModelSource source, CalibrationData data, Progress progress) {
        return source(source, data.calibration(), progress).all();
    }

    /** A source that measures when it is read: a language model part by part, an encoder or a graph in one part. */
    static GramSource source(ModelSource source, Examples rows, Progress progress) {
        ResolvedDevice device = Device.auto().resolve();
        return source instanceof DeclaredSource declared
                        && declared.transformer().continuesText()
                ? new PartwiseGrams(declared, rows, device, new OpenBlas(), progress, false)
                : new WholeGrams(source, rows, device, progress);
    }

    /**
     * A source that measures what each part of a declared model sees when the parts before it are converted already, as GPTQ's
     * authors do (arXiv 2210.17323, section 4).
     */
    public static GramSource sequential(DeclaredSource source, Examples rows) {
        return new PartwiseGrams(source, rows, Device.auto().resolve(), new OpenBlas(), Progress.silent(), true);
    }

    /** A model that runs as a whole. */
    private record WholeGrams(ModelSource source, Examples rows, ResolvedDevice device, Progress progress)
            implements GramSource {

        @Override
        public List<List<String>> parts() {
            return GramSource.of(source.plan(), GramMatrices.none()).parts();
        }

        @Override
        public void read(Reader reader) {
            GramSource.of(source.plan(), measured()).read(reader);
        }

        private GramMatrices measured() {
            try (RunningModel model = RunningModel.open(source, device)) {
                return new GramMeasurement(model, new OpenBlas(), progress).measure(rows);
            }
        }
    }

    /**
     * The Gram matrices of these layers, by the name of the matrix. A matrix with several uses gets the sum over them; uses
     * of W and of Wᵀ have different inputs, so then the first decides.
     *
     * @throws dev.lancet.dsl.LancetException if the rows do not fit the model, or a layer's input is not finite
     */
    public GramMatrices measure(Examples rows) {
        Map<String, List<LayerInput>> byTensor = GramSum.byTensor(model.layerInputs());
        Map<String, GramSum> sums = GramSum.begin(byTensor, algebra);
        List<String> tensors = List.copyOf(byTensor.keySet());
        int batch = model.batch(rows, TOKENS_A_RUN);
        try (Progress.Task task = progress.begin("calibrate", rows.count())) {
            for (int from = 0; from < rows.count(); from += batch) {
                int to = Math.min(rows.count(), from + batch);
                Examples some = rows.between(from, to);
                int first = from;
                model.read(some, tensors, values -> {
                    for (int i = 0; i < tensors.size(); i++) {
                        Objects.requireNonNull(sums.get(tensors.get(i))).add(values.get(i), some, first);
                    }
                });
                task.advance(to, "");
            }
        }
        return GramMatrices.of(GramSum.grams(byTensor, sums));
    }
}
