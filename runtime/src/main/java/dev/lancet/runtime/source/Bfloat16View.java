package dev.lancet.runtime.source;

import dev.lancet.compression.matrix.Matrix;
import dev.lancet.compression.quant.Quantizer;
import dev.lancet.dsl.plan.ArraySpec;
import dev.lancet.dsl.plan.StoredMatrix;
import dev.lancet.dsl.weights.HostTensor;
import dev.lancet.dsl.weights.Weights;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Weights with some matrices in bfloat16 again, which a reader made float32. Nothing is lost, because every value comes from
 * a bfloat16.
 *
 * @param floats all arrays, these matrices in float32
 * @param halves these matrices as they were in the files, by name
 */
record Bfloat16View(Weights floats, Map<String, StoredMatrix> halves) implements Weights {

    Bfloat16View {
        halves = Map.copyOf(halves);
    }

    @Override
    public List<ArraySpec> arrays() {
        return floats.arrays().stream().map(this::spec).toList();
    }

    @Override
    public Optional<ArraySpec> find(String name) {
        return floats.find(name).map(this::spec);
    }

    private ArraySpec spec(ArraySpec array) {
        StoredMatrix half = halves.get(array.name());
        return half == null ? array : half.arrays().get(0);
    }

    @Override
    public HostTensor read(String name) {
        StoredMatrix half = halves.get(name);
        return half == null
                ? floats.read(name)
                : Quantizer.pack(half, Matrix.of(half.rows(), half.columns(), floats.readFloats(name)))
                        .get(0);
    }

    @Override
    public float[] readFloats(String name) {
        return halves.containsKey(name) ? read(name).floats() : floats.readFloats(name);
    }
}
