package dev.lancet.compression.quant;

import dev.lancet.dsl.plan.ArraySpec;
import dev.lancet.dsl.weights.HostTensor;
import java.util.List;

/**
 * Scales as 8-bit codes (Dettmers et al., 2023, section 3): {@code scale = max(0, mean + code · step)}, in float32. The
 * scales of one group of inputs share a mean and a step, which is their largest distance from the mean / 127.
 */
final class DoubleQuantization {

    private static final int MOST = 127;

    private final byte[] codes;
    private final float[] steps;
    private final float[] means;

    /** Codes at the places of the scales, and a step and a mean for each group. */
    DoubleQuantization(byte[] codes, float[] steps, float[] means) {
        this.codes = codes;
        this.steps = steps;
        this.means = means;
    }

    static DoubleQuantization of(float[] scales, QuantizationLayout layout) {
        DoubleQuantization quantized =
                new DoubleQuantization(new byte[scales.length], new float[layout.groups], new float[layout.groups]);
        for (int group = 0; group < layout.groups; group++) {
            quantized.fill(group, scales, layout);
        }
        return quantized;
    }

    private void fill(int group, float[] scales, QuantizationLayout layout) {
        double sum = 0;
        for (int c = 0; c < layout.channels; c++) {
            sum += scales[layout.scale(group, c)];
        }
        means[group] = (float) (sum / layout.channels);
        double mean = means[group];
        double farthest = 0;
        for (int c = 0; c < layout.channels; c++) {
            farthest = Math.max(farthest, Math.abs(scales[layout.scale(group, c)] - mean));
        }
        steps[group] = (float) (farthest / MOST);
        double step = steps[group];
        for (int c = 0; c < layout.channels; c++) {
            int scale = layout.scale(group, c);
            codes[scale] =
                    step == 0 ? 0 : (byte) Math.max(-MOST, Math.min(MOST, Math.rint((scales[scale] - mean) / step)));
        }
    }

    /** The arrays in their stored form: codes, steps, means. */
    List<HostTensor> arrays(List<ArraySpec> stored) {
        return List.of(
                HostTensor.of(stored.get(0), codes),
                HostTensor.of(stored.get(1), steps),
                HostTensor.of(stored.get(2), means));
    }

    /** The scales that the codes stand for. */
    float[] scales(QuantizationLayout layout) {
        float[] scales = new float[codes.length];
        for (int group = 0; group < layout.groups; group++) {
            for (int c = 0; c < layout.channels; c++) {
                int scale = layout.scale(group, c);
                scales[scale] = Math.max(0, means[group] + codes[scale] * steps[group]);
            }
        }
        return scales;
    }
}
