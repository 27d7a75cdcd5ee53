package dev.lancet.compression.quant;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Precision;
import dev.lancet.dsl.plan.ArraySpec;
import dev.lancet.dsl.plan.StoredMatrix;
import dev.lancet.dsl.weights.HostTensor;
import java.util.List;

/** One way to store floats as codes with a scale: the scale, the codes, and the values they stand for. */
abstract class Codec {

    static Codec of(Precision precision) {
        return switch (precision.format()) {
            case INT8 -> new Int8Codec();
            case INT4 -> new Int4Codec();
            case NF4 -> new Nf4Codec();
            case FLOAT32, BFLOAT16 -> throw new IllegalArgumentException("codec: " + precision + " has no codes");
        };
    }

    /** The scale for values with this largest absolute value. */
    abstract float scale(float largest);

    /** The code of a value; not called if the scale is 0. */
    abstract int code(float value, float scale);

    /** The code of the value 0 if the scale is 0. */
    abstract int zero();

    /** The value that a code stands for. */
    abstract float value(int code, float scale);

    /** Writes a code. */
    abstract void write(byte[] codes, QuantizationLayout layout, int input, int channel, int code);

    /** Reads a code. */
    abstract int read(byte[] codes, QuantizationLayout layout, int input, int channel);

    List<HostTensor> pack(StoredMatrix matrix, List<ArraySpec> stored, float[] values) {
        byte[] codes = new byte[Math.toIntExact(stored.get(0).bytes())];
        float[] scales = new float[Math.toIntExact(stored.get(1).elements())];
        QuantizationLayout layout = new QuantizationLayout(matrix);
        layout.forEachBlock((group, first, end) -> {
            float[] scale = scales(matrix, layout, values, group, first, end);
            for (int c = first; c < end; c++) {
                scales[layout.scale(group, c)] = scale[c - first];
            }
            for (int i = layout.firstInput(group); i < layout.endInput(group); i++) {
                for (int c = first; c < end; c++) {
                    float s = scale[c - first];
                    write(codes, layout, i, c, s == 0 ? zero() : code(values[layout.value(i, c)], s));
                }
            }
        });
        return List.of(HostTensor.of(stored.get(0), codes), HostTensor.of(stored.get(1), scales));
    }

    private float[] scales(
            StoredMatrix matrix, QuantizationLayout layout, float[] values, int group, int first, int end) {
        float[] largest = new float[end - first];
        for (int i = layout.firstInput(group); i < layout.endInput(group); i++) {
            for (int c = first; c < end; c++) {
                // Math.max propagates NaN; a comparison would lose it.
                largest[c - first] = Math.max(largest[c - first], Math.abs(values[layout.value(i, c)]));
            }
        }
        for (int c = 0; c < largest.length; c++) {
            if (!Float.isFinite(largest[c])) {
                throw new LancetException("quantise: " + matrix.name() + " contains " + largest[c] + " in channel "
                        + (first + c) + "; only finite weights can be quantised; check the model");
            }
            largest[c] = scale(largest[c]);
        }
        return largest;
    }

    float[] unpack(StoredMatrix matrix, byte[] codes, float[] scales) {
        float[] values = new float[Math.multiplyExact(matrix.rows(), matrix.columns())];
        QuantizationLayout layout = new QuantizationLayout(matrix);
        layout.forEachBlock((group, first, end) -> {
            for (int i = layout.firstInput(group); i < layout.endInput(group); i++) {
                for (int c = first; c < end; c++) {
                    values[layout.value(i, c)] = value(read(codes, layout, i, c), scales[layout.scale(group, c)]);
                }
            }
        });
        return values;
    }
}
