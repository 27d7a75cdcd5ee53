package dev.lancet.runtime.bench;

import dev.lancet.dsl.Precision;
import dev.lancet.dsl.plan.ArraySpec;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Step;
import dev.lancet.dsl.plan.StoredMatrix;
import dev.lancet.dsl.weights.HostTensor;
import dev.lancet.dsl.weights.Weights;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/**
 * Quantized matrices with uniformly random codes, and scales that give them the standard deviation of fresh weights.
 * The speed and memory of a frozen matrix do not depend on its values, and sampling and rounding seven billion normal
 * numbers would take minutes.
 */
final class RandomQuantizedWeights implements Weights {

    private static final int PART = 1 << 20;

    /** Codes of scales differ from their mean by up to half of it. */
    private static final float STEPS_IN_MEAN = 256;

    private static final byte MIDDLE = 8;

    /** One array, and the value of all its elements if they are floats. */
    private record Filled(ArraySpec stored, float value) {
        static Filled of(ArraySpec stored, float scale) {
            return new Filled(stored, stored.name().endsWith(".step") ? scale / STEPS_IN_MEAN : scale);
        }

        boolean zeroPoints() {
            return stored.name().endsWith(".zero");
        }
    }

    private final Map<String, Filled> arrays = new LinkedHashMap<>();

    private RandomQuantizedWeights() {}

    /** The codes and scales of all quantised matrices of a plan. */
    static Weights of(Plan plan) {
        RandomQuantizedWeights codes = new RandomQuantizedWeights();
        for (Step step : plan.steps()) {
            for (StoredMatrix matrix : step.baseMatrices()) {
                if (matrix.precision().quantized()) {
                    float scale = (float) (1 / Math.sqrt(3.0 * matrix.rows()) / spread(matrix.precision()));
                    matrix.arrays().forEach(array -> codes.arrays.put(array.name(), Filled.of(array, scale)));
                }
            }
        }
        return codes;
    }

    /** The standard deviation of the values of uniformly random codes at scale 1. */
    private static double spread(Precision precision) {
        return switch (precision.format()) {
            case INT8 -> 256 / Math.sqrt(12);
            case INT4 -> 16 / Math.sqrt(12);
            case NF4 -> 0.57;
            case FLOAT32, BFLOAT16 -> throw new IllegalArgumentException("codes: " + precision + " has none");
        };
    }

    @Override
    public List<ArraySpec> arrays() {
        return arrays.values().stream().map(Filled::stored).toList();
    }

    @Override
    public Optional<ArraySpec> find(String name) {
        return Optional.ofNullable(arrays.get(name)).map(Filled::stored);
    }

    @Override
    public HostTensor read(String name) {
        ArraySpec array = find(name).orElseThrow(() -> missing(name));
        ByteBuffer whole = ByteBuffer.allocate(Math.toIntExact(array.bytes())).order(ByteOrder.LITTLE_ENDIAN);
        readInParts(name, whole::put);
        return new HostTensor(array, whole.flip());
    }

    @Override
    public void readInParts(String name, Consumer<ByteBuffer> parts) {
        Filled filled = Optional.ofNullable(arrays.get(name)).orElseThrow(() -> missing(name));
        SplittableRandom random = new SplittableRandom(name.hashCode());
        long left = filled.stored().bytes();
        byte[] bytes = new byte[PART];
        while (left > 0) {
            int count = (int) Math.min(left, PART);
            ByteBuffer part = ByteBuffer.wrap(bytes, 0, count).order(ByteOrder.LITTLE_ENDIAN);
            if (filled.stored().type() == ArraySpec.Type.FLOAT32) {
                while (part.hasRemaining()) {
                    part.putFloat(filled.value());
                }
                part.flip();
            } else if (filled.zeroPoints()) {
                Arrays.fill(bytes, MIDDLE);
            } else {
                random.nextBytes(bytes);
            }
            parts.accept(part);
            left -= count;
        }
    }
}
