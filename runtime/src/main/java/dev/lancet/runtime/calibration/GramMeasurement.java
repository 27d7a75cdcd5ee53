package dev.lancet.runtime.calibration;

import dev.lancet.compression.algebra.Float64Algebra;
import dev.lancet.compression.calibration.GramMatrices;
import dev.lancet.compression.calibration.GramMatrix;
import dev.lancet.dsl.LancetException;
import dev.lancet.io.Progress;
import dev.lancet.runtime.algebra.OpenBlas;
import dev.lancet.runtime.device.Device;
import dev.lancet.runtime.source.ModelSource;
import dev.lancet.runtime.train.graph.Examples;
import dev.lancet.surgery.layer.LayerInput;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;

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

    /** The Gram matrices of the layers of a model on its calibration rows. */
    public static GramMatrices of(ModelSource source, CalibrationData data, Progress progress) {
        try (RunningModel model = RunningModel.open(source, Device.auto().resolve())) {
            return new GramMeasurement(model, new OpenBlas(), progress).measure(data.calibration());
        }
    }

    /**
     * The Gram matrices of these layers, by the name of the matrix. A matrix with several uses gets the sum over them; uses
     * of W and of Wᵀ have different inputs, so then the first decides.
     *
     * @throws LancetException if the rows do not fit the model, or a layer's input is not finite
     */
    public GramMatrices measure(Examples rows) {
        Map<String, List<LayerInput>> byTensor = model.layerInputs().stream()
                .collect(Collectors.groupingBy(LayerInput::tensor, LinkedHashMap::new, Collectors.toList()));
        Map<String, Sum> sums = new LinkedHashMap<>();
        byTensor.forEach((tensor, users) -> sums.put(tensor, new Sum(users.get(0))));
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
        return GramMatrices.of(grams(byTensor, sums));
    }

    private static Map<String, GramMatrix> grams(Map<String, List<LayerInput>> byTensor, Map<String, Sum> sums) {
        Map<String, GramMatrix> grams = new LinkedHashMap<>();
        byTensor.forEach((tensor, users) -> {
            GramMatrix gram = Objects.requireNonNull(sums.get(tensor)).gram();
            for (LayerInput user : users) {
                grams.merge(
                        user.weight(),
                        gram.transposed(user.transposed()),
                        (known, more) -> known.transposed() == more.transposed() ? known.plus(more) : known);
            }
        });
        return grams;
    }

    /** The growing Gram matrix of one tensor. */
    private final class Sum {

        private final LayerInput user;
        private final double[] sums;
        private long counted;

        Sum(LayerInput user) {
            this.user = user;
            sums = new double[Math.multiplyExact(user.width(), user.width())];
        }

        void add(float[] values, Examples rows, int first) {
            int width = user.width();
            int count = values.length / width;
            Optional<boolean[]> mask = rows.mask(count);
            List<Integer> kept = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                if (mask.isEmpty() || mask.get()[i]) {
                    kept.add(i);
                }
            }
            double[] wide = new double[kept.size() * width];
            for (int i = 0; i < kept.size(); i++) {
                int from = kept.get(i) * width;
                for (int j = 0; j < width; j++) {
                    float value = values[from + j];
                    if (!Float.isFinite(value)) {
                        throw new LancetException("calibrate: the input of " + user.weight() + " contains " + value
                                + " in row " + (first + kept.get(i) * rows.count() / count)
                                + "; check the model and this row of the calibration data");
                    }
                    wide[i * width + j] = value;
                }
            }
            algebra.addGram(sums, wide, kept.size(), width);
            counted += kept.size();
        }

        GramMatrix gram() {
            int width = user.width();
            for (int i = 0; i < width; i++) {
                for (int j = i + 1; j < width; j++) {
                    sums[j * width + i] = sums[i * width + j];
                }
            }
            return GramMatrix.of(width, counted, sums);
        }
    }
}
