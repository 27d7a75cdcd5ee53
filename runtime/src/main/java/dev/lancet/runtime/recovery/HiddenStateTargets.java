package dev.lancet.runtime.recovery;

import dev.lancet.runtime.calibration.RunningModel;
import dev.lancet.runtime.train.graph.Examples;
import dev.lancet.surgery.imported.GraphExtension;
import dev.lancet.surgery.layer.ConcatenatedOutput;
import dev.lancet.surgery.layer.LayerOutput;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a compressed graph learns from its original beside an output: the outputs of the layers that were cut, as hidden
 * states are distilled in TinyBERT (Jiao et al., arXiv 1909.10351).
 *
 * <p>Each tensor is scaled so that the mean squared error of all of them together is a weighted mean of relative squared
 * errors: half of the weight has the output, the other half is shared evenly by the layers. Positions that a mask excludes
 * are not counted. A layer whose output does not have the rows as first axis is left out.
 */
final class HiddenStateTargets {

    /** The most bytes of targets that are kept for all rows; what does not fit is an even spread of the layers. */
    static final long MOST_BYTES = 256L << 20;

    /** The weight of the output in the loss. */
    private static final double OUTPUT_WEIGHT = 0.5;

    /** Rows that say how large the values of a layer are. */
    private static final int MEASURED_ROWS = 4;

    /** The squared relative difference up to which values count as the same. */
    private static final double SAME = 1e-6;

    private final RunningModel teacher;
    private final Examples some;

    /**
     * Targets from a running original.
     *
     * @param rows any rows; a few of them are run
     */
    HiddenStateTargets(RunningModel teacher, Examples rows) {
        this.teacher = teacher;
        int count = teacher.batch(rows, MEASURED_ROWS * rows.longestRow());
        some = rows.between(0, Math.min(rows.count(), count));
    }

    /**
     * The output {@link ConcatenatedOutput#NAME} with an output and the outputs of layers.
     *
     * @param signature the signature that gains the output
     * @param output the name of a float output
     * @param layers the layers in the order of the graph
     * @param rows how many rows get targets
     * @param most the most bytes that these targets may take
     * @return empty if there is no layer whose output can be used
     */
    Optional<GraphExtension> joined(String signature, String output, List<LayerOutput> layers, long rows, long most) {
        String tensor = teacher.signature().getOutputsOrThrow(output).getName();
        Optional<Measured> result = measured(tensor, 0);
        List<Measured> usable = new ArrayList<>();
        for (LayerOutput layer : layers) {
            if (!layer.tensor().equals(tensor)) {
                measured(layer.tensor(), layer.width()).ifPresent(usable::add);
            }
        }
        if (result.isEmpty()) {
            return Optional.empty();
        }
        List<Measured> kept =
                spread(usable, most / (Float.BYTES * rows) - result.get().elements());
        if (kept.isEmpty()) {
            return Optional.empty();
        }
        long elements = result.get().elements()
                + kept.stream().mapToLong(Measured::elements).sum();
        List<ConcatenatedOutput.Part> parts = new ArrayList<>();
        kept.forEach(one -> parts.add(one.part((1 - OUTPUT_WEIGHT) / kept.size(), elements)));
        parts.add(result.get().part(OUTPUT_WEIGHT, elements));
        return Optional.of(ConcatenatedOutput.of(signature, parts));
    }

    /**
     * A tensor of the original.
     *
     * @param elements its elements per row
     * @param squares the mean over the rows of the sum of their squares, of the positions that count
     * @param mask the mask; empty if all elements count
     */
    record Measured(String tensor, int elements, double squares, Optional<ConcatenatedOutput.Mask> mask) {

        /** Its part of the output, whose mean squared error then is {@code weight · (squared error / squares)} of it. */
        ConcatenatedOutput.Part part(double weight, long all) {
            return new ConcatenatedOutput.Part(tensor, elements, (float) Math.sqrt(weight * all / squares), mask);
        }
    }

    /** The most tensors that have no more than these elements per row, evenly spread, the last one included. */
    static List<Measured> spread(List<Measured> all, long elements) {
        for (int count = all.size(); count > 0; count--) {
            List<Measured> some = new ArrayList<>();
            for (int i = 1; i <= count; i++) {
                some.add(all.get((int) ((long) i * all.size() / count) - 1));
            }
            if (some.stream().mapToLong(Measured::elements).sum() <= elements) {
                return some;
            }
        }
        return List.of();
    }

    /**
     * Measures a tensor.
     *
     * @param width the size of its last axes, each position of which may be excluded by a mask; 0 if none is
     * @return empty if its values do not lie row by row, or are all 0, or are not finite
     */
    private Optional<Measured> measured(String tensor, int width) {
        int rows = some.count();
        float[] values = read(tensor, some);
        float[] turned = read(tensor, some.at(rows, row -> (row + 1) % rows));
        int elements = values.length / rows;
        if (values.length != elements * rows || !same(values, turned, elements)) {
            return Optional.empty();
        }
        int positions = width == 0 ? 0 : elements / width;
        Optional<String> mask = positions == 0 ? Optional.empty() : some.maskInput(positions * rows);
        Optional<boolean[]> counts = mask.flatMap(name -> some.mask(positions * rows));
        double squares = 0;
        for (int i = 0; i < values.length; i++) {
            if (counts.isEmpty() || counts.get()[i / width]) {
                squares += (double) values[i] * values[i];
            }
        }
        if (!(squares > 0 && squares < Double.POSITIVE_INFINITY)) {
            return Optional.empty();
        }
        return Optional.of(new Measured(
                tensor,
                elements,
                squares / rows,
                mask.map(name -> new ConcatenatedOutput.Mask(teacher.signature().getInputsOrThrow(name), positions))));
    }

    private float[] read(String tensor, Examples rows) {
        List<float[]> values = new ArrayList<>();
        teacher.read(rows, List.of(tensor), values::addAll);
        return values.get(0);
    }

    /** Whether the values of the rows moved with the rows, each to the place of the one before. */
    private static boolean same(float[] values, float[] turned, int elements) {
        double apart = 0;
        double all = 0;
        for (int i = 0; i < turned.length; i++) {
            double difference = values[(i + elements) % values.length] - turned[i];
            apart += difference * difference;
            all += (double) turned[i] * turned[i];
        }
        return values.length == turned.length && apart <= SAME * all;
    }
}
