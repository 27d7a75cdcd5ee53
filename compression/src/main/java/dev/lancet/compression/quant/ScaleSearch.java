package dev.lancet.compression.quant;

/**
 * Narrows the range of a group where that lowers its rounding error: a few large weights are clipped so that the many small
 * ones get finer steps. Errors are weighted by the mean square of the inputs.
 */
final class ScaleSearch {

    /** The shares of the full range that are tried. */
    private static final float[] SHARES = {1f, 0.95f, 0.9f, 0.85f, 0.8f, 0.75f, 0.7f, 0.65f};

    private final Codec codec;
    private final QuantizationLayout layout;
    private final float[] importance;

    /**
     * A search.
     *
     * @param importance the weight of the error of each input of the layout, {@code [inputs]}
     */
    ScaleSearch(Codec codec, QuantizationLayout layout, float[] importance) {
        this.codec = codec;
        this.layout = layout;
        this.importance = importance;
    }

    /**
     * Replaces scales by those with the least error.
     *
     * @param values the matrix
     * @param scales at their places in the layout
     * @param lowest the lowest value of every group, at the same places
     */
    void shrink(float[] values, float[] scales, float[] lowest) {
        layout.forEachBlock((group, first, end) -> {
            for (int c = first; c < end; c++) {
                int at = layout.scale(group, c);
                if (scales[at] == 0) {
                    continue;
                }
                float low = lowest[at];
                float high = highest(values, group, c);
                double best = Double.POSITIVE_INFINITY;
                for (float share : SHARES) {
                    float scale = codec.scale(low * share, high * share);
                    double error = scale == 0 ? Double.POSITIVE_INFINITY : error(values, group, c, scale, low * share);
                    if (error < best) {
                        best = error;
                        scales[at] = scale;
                        lowest[at] = low * share;
                    }
                }
            }
        });
    }

    private float highest(float[] values, int group, int channel) {
        float highest = 0;
        for (int i = layout.firstInput(group); i < layout.endInput(group); i++) {
            highest = Math.max(highest, values[layout.value(i, channel)]);
        }
        return highest;
    }

    private double error(float[] values, int group, int channel, float scale, float lowest) {
        int zero = codec.zero(lowest, scale);
        double sum = 0;
        for (int i = layout.firstInput(group); i < layout.endInput(group); i++) {
            float value = values[layout.value(i, channel)];
            double difference = value - codec.value(codec.code(value, scale, zero), scale, zero);
            sum += importance[i] * difference * difference;
        }
        return sum;
    }
}
