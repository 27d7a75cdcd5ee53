package dev.lancet.compression.quant;

import dev.lancet.compression.matrix.Matrix;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Weight;
import dev.lancet.dsl.plan.ArraySpec;
import dev.lancet.dsl.plan.StoredMatrix;
import dev.lancet.dsl.weights.HostTensor;
import dev.lancet.dsl.weights.Weights;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A matrix as codes with scales. The scales come first, from the ranges of the values; if they are stored as codes, the
 * values are rounded with the scales that these codes stand for.
 */
final class CodedMatrix {

    private final StoredMatrix matrix;
    private final QuantizationLayout layout;
    private final Codec codec;

    CodedMatrix(StoredMatrix matrix) {
        this.matrix = matrix;
        this.layout = new QuantizationLayout(matrix);
        this.codec = Codec.of(matrix.precision());
    }

    /** The arrays of these values, each rounded to nearest. */
    List<HostTensor> pack(float[] values) {
        float[] lowest = new float[layout.channels * layout.groups];
        return pack(values, scales(values, lowest), lowest, Optional.empty());
    }

    /** The arrays of these values, rounded so that the layer's output changes least; the scales are searched for. */
    List<HostTensor> pack(Matrix values, Gptq gptq) {
        float[] lowest = new float[layout.channels * layout.groups];
        float[] scales = scales(values.values(), lowest);
        if (matrix.precision().bits() < 8) {
            new ScaleSearch(codec, layout, gptq.importance(layout)).shrink(values.values(), scales, lowest);
        }
        return pack(values.values(), scales, lowest, Optional.of(gptq));
    }

    private List<HostTensor> pack(float[] given, float[] ranged, float[] lowest, Optional<Gptq> gptq) {
        List<ArraySpec> stored = matrix.arrays();
        float[] scales = ranged;
        List<HostTensor> arrays = new ArrayList<>();
        if (matrix.precision().compactScales()) {
            DoubleQuantization compact = DoubleQuantization.of(scales, layout);
            scales = compact.scales(layout);
            arrays.addAll(compact.arrays(stored.subList(1, 4)));
        } else {
            arrays.add(HostTensor.of(stored.get(1), scales));
        }
        byte[] zeros = zeros(scales, lowest);
        float[] fixed = scales;
        float[] values = gptq.map(rounding -> rounding.compensated(
                        Matrix.of(matrix.rows(), matrix.columns(), given),
                        layout,
                        (value, i, c) -> nearest(
                                value,
                                fixed[layout.scale(i / layout.group, c)],
                                zeros[layout.scale(i / layout.group, c)])))
                .orElse(given);
        arrays.add(0, HostTensor.of(stored.get(0), codes(values, scales, zeros)));
        if (matrix.precision().zeroPoints()) {
            arrays.add(HostTensor.of(stored.get(stored.size() - 1), zeros));
        }
        return List.copyOf(arrays);
    }

    private float[] scales(float[] values, float[] lowest) {
        float[] scales = new float[lowest.length];
        layout.forEachBlock((group, first, end) -> {
            float[] low = new float[end - first];
            float[] high = new float[end - first];
            for (int i = layout.firstInput(group); i < layout.endInput(group); i++) {
                for (int c = first; c < end; c++) {
                    float value = values[layout.value(i, c)];
                    // Math.min and Math.max propagate NaN; a comparison would lose it.
                    low[c - first] = Math.min(low[c - first], value);
                    high[c - first] = Math.max(high[c - first], value);
                }
            }
            for (int c = first; c < end; c++) {
                checkFinite(Math.max(-low[c - first], high[c - first]), c);
                lowest[layout.scale(group, c)] = low[c - first];
                scales[layout.scale(group, c)] = codec.scale(low[c - first], high[c - first]);
            }
        });
        return scales;
    }

    private void checkFinite(float largest, int channel) {
        if (!Float.isFinite(largest)) {
            throw new LancetException("quantise: " + matrix.name() + " contains " + largest + " in channel " + channel
                    + "; only finite weights can be quantised; check the model");
        }
    }

    private byte[] zeros(float[] scales, float[] lowest) {
        byte[] zeros = new byte[scales.length];
        for (int i = 0; i < zeros.length; i++) {
            zeros[i] = (byte) codec.zero(lowest[i], scales[i]);
        }
        return zeros;
    }

    private float nearest(float value, float scale, int zero) {
        return scale == 0 ? 0 : codec.value(codec.code(value, scale, zero), scale, zero);
    }

    private byte[] codes(float[] values, float[] scales, byte[] zeros) {
        byte[] codes = new byte[Math.toIntExact(matrix.arrays().get(0).bytes())];
        layout.forEachBlock((group, first, end) -> {
            for (int i = layout.firstInput(group); i < layout.endInput(group); i++) {
                for (int c = first; c < end; c++) {
                    float scale = scales[layout.scale(group, c)];
                    int zero = zeros[layout.scale(group, c)];
                    codec.write(
                            codes,
                            layout,
                            i,
                            c,
                            scale == 0 ? zero : codec.code(values[layout.value(i, c)], scale, zero));
                }
            }
        });
        return codes;
    }

    float[] unpack(Weights weights) {
        byte[] codes = weights.read(matrix.name()).toArray();
        float[] scales = scales(weights);
        byte[] zeros = matrix.precision().zeroPoints()
                ? weights.read(Weight.zeroPoint(matrix.name())).toArray()
                : new byte[0];
        float[] values = new float[Math.multiplyExact(matrix.rows(), matrix.columns())];
        layout.forEachBlock((group, first, end) -> {
            for (int i = layout.firstInput(group); i < layout.endInput(group); i++) {
                for (int c = first; c < end; c++) {
                    int scale = layout.scale(group, c);
                    int zero = zeros.length > 0 ? zeros[scale] : codec.zero(0, scales[scale]);
                    values[layout.value(i, c)] = codec.value(codec.read(codes, layout, i, c), scales[scale], zero);
                }
            }
        });
        return values;
    }

    /** The scales in float32, in the order of {@link QuantizationLayout#scale}. */
    float[] scales(Weights weights) {
        HostTensor stored = weights.read(Weight.scale(matrix.name()));
        return matrix.precision().compactScales()
                ? new DoubleQuantization(
                                stored.toArray(),
                                weights.read(Weight.scaleStep(matrix.name())).floats(),
                                weights.read(Weight.scaleMean(matrix.name())).floats())
                        .scales(layout)
                : stored.floats();
    }
}
