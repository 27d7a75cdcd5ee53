package dev.lancet.runtime.calibration;

import dev.lancet.compression.algebra.Float64Algebra;
import dev.lancet.compression.calibration.GramMatrices;
import dev.lancet.dsl.weights.Weights;
import dev.lancet.io.Progress;
import dev.lancet.runtime.device.ResolvedDevice;
import dev.lancet.runtime.source.DeclaredSource;
import dev.lancet.runtime.train.graph.Examples;
import dev.lancet.surgery.layer.LayerInput;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Measures the Gram matrices of a declared model part by part. In memory are the weights of one part, its Gram matrices, and
 * the activations of all rows between two parts; see {@link HiddenStates}.
 */
final class PartwiseGrams implements GramSource {

    /** The most tokens in a run; a few thousand rows keep the products efficient. */
    private static final int TOKENS_A_RUN = 2048;

    private final DeclaredSource source;
    private final Examples rows;
    private final ResolvedDevice device;
    private final Float64Algebra algebra;
    private final Progress progress;
    private final boolean sequential;
    private final List<ModelPart> parts;

    /**
     * A measurement on these rows.
     *
     * @param sequential whether each part sees what the converted parts before it compute
     */
    PartwiseGrams(
            DeclaredSource source,
            Examples rows,
            ResolvedDevice device,
            Float64Algebra algebra,
            Progress progress,
            boolean sequential) {
        this.source = source;
        this.rows = rows;
        this.device = device;
        this.algebra = algebra;
        this.progress = progress;
        this.sequential = sequential;
        parts = ModelPart.of(source.transformer(), source.plan());
    }

    @Override
    public List<List<String>> parts() {
        return parts.stream().map(ModelPart::matrices).toList();
    }

    @Override
    public boolean sequential() {
        return sequential;
    }

    @Override
    public void read(Reader reader) {
        try (Activations activations =
                        Activations.of(rows, TOKENS_A_RUN, source.transformer().width());
                Progress.Task task = progress.begin("calibrate", parts.size())) {
            for (int i = 0; i < parts.size(); i++) {
                ModelPart part = parts.get(i);
                boolean last = i == parts.size() - 1;
                boolean needed = reader.needs(part.matrices());
                if (needed) {
                    GramMatrices grams = measure(part, activations, !last && !sequential);
                    task.advance(i + 1, "");
                    reader.accept(part.matrices(), grams);
                }
                if (!last && (sequential || !needed)) {
                    advance(part, needed ? Optional.of(reader.converted()) : Optional.empty(), activations);
                }
            }
        }
    }

    private GramMatrices measure(ModelPart part, Activations activations, boolean advances) {
        try (RunningPart running = RunningPart.open(part, source.weights(), device)) {
            Map<String, List<LayerInput>> byTensor = GramSum.byTensor(running.layerInputs());
            Map<String, GramSum> sums = GramSum.begin(byTensor, algebra);
            List<String> tensors = List.copyOf(byTensor.keySet());
            Activations.BatchReader reader = (values, some, first) -> {
                for (int i = 0; i < tensors.size(); i++) {
                    Objects.requireNonNull(sums.get(tensors.get(i))).add(values.get(i), some, first);
                }
            };
            if (advances) {
                activations.advance(running, tensors, reader);
            } else if (!tensors.isEmpty()) {
                activations.read(running, tensors, reader);
            }
            return GramMatrices.of(GramSum.grams(byTensor, sums));
        }
    }

    /** Runs a part once more in its new form, or for the first time as it is. */
    private void advance(ModelPart part, Optional<ConvertedPart> converted, Activations activations) {
        ModelPart form = converted.map(changed -> part.under(changed.plan())).orElse(part);
        Weights weights = converted
                .map(changed -> changed.arrays().with(source.weights()))
                .orElse(source.weights());
        try (RunningPart running = RunningPart.open(form, weights, device)) {
            activations.advance(running, List.of(), (values, some, first) -> {});
        }
    }
}
