package dev.lancet.runtime.checkpoint.peft;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Weight;
import dev.lancet.dsl.plan.Step;
import dev.lancet.dsl.plan.StoredMatrix;
import dev.lancet.dsl.weights.HostTensor;
import dev.lancet.runtime.checkpoint.family.LayoutConversion;
import dev.lancet.runtime.checkpoint.safetensors.Dtype;
import dev.lancet.runtime.checkpoint.safetensors.FloatSource;
import dev.lancet.runtime.checkpoint.safetensors.Safetensors;
import dev.lancet.runtime.checkpoint.safetensors.SafetensorsEntry;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntUnaryOperator;

/**
 * The two arrays of one matrix's adapter in a file of PEFT.
 *
 * @param file the file
 * @param place the names of the arrays
 * @param rank the rank of the adapter
 */
record PeftLayer(Safetensors file, PeftNames.Place place, int rank) {

    /** @throws LancetException if an array is missing, does not fit the shape of the matrix, or does not hold floats */
    static PeftLayer of(Safetensors file, PeftNames.Place place, Weight weight) {
        SafetensorsEntry a = checked(file, place.a());
        SafetensorsEntry b = checked(file, place.b());
        long rank = a.shape().isEmpty() ? 0 : a.shape().get(0);
        if (rank < 1 || rank > Integer.MAX_VALUE || !a.shape().equals(List.of(rank, (long) weight.rows()))) {
            throw misfit(file, a, "[rank, " + weight.rows() + "]", weight);
        }
        if (!b.shape().equals(List.of((long) place.outputs(), rank))) {
            throw misfit(file, b, "[" + place.outputs() + ", " + rank + "]", weight);
        }
        return new PeftLayer(file, place, (int) rank);
    }

    private HostTensor magnitude(StoredMatrix matrix) {
        SafetensorsEntry tensor = checked(file, place.magnitude());
        if (!tensor.shape().equals(List.of((long) place.outputs()))) {
            throw new LancetException(file.file() + ": tensor '" + tensor.name() + "' has shape " + tensor.shape()
                    + ", but the layer has " + place.outputs() + " outputs; use an adapter for this model");
        }
        FloatSource source = file.floatSource(place.magnitude());
        float[] lengths = new float[matrix.columns()];
        for (int o = 0; o < lengths.length; o++) {
            source.copy(place.output(o), lengths, o, 1);
        }
        return HostTensor.of(matrix.arrays().get(0), lengths);
    }

    private static SafetensorsEntry checked(Safetensors file, String name) {
        SafetensorsEntry tensor = file.tensor(name);
        if (!tensor.dtype().weights()) {
            throw Safetensors.noWeights(file.file(), tensor);
        }
        return tensor;
    }

    private static LancetException misfit(Safetensors file, SafetensorsEntry tensor, String wanted, Weight weight) {
        return new LancetException(file.file() + ": tensor '" + tensor.name() + "' has shape " + tensor.shape()
                + ", but for " + weight.name() + " it must be " + wanted + "; use an adapter for this model");
    }

    /** The trained arrays of an adapted step: A {@code [inputs, rank]}, B {@code [rank, outputs]}, perhaps the lengths. */
    List<HostTensor> read(Step adapted) {
        StoredMatrix a = adapted.adapterMatrices().get(0);
        StoredMatrix b = adapted.adapterMatrices().get(1);
        List<HostTensor> arrays = new ArrayList<>();
        arrays.add(transposed(a, file.floatSource(place.a()), row -> row));
        arrays.add(transposed(b, file.floatSource(place.b()), place::output));
        adapted.adapterMatrices().stream().skip(2).forEach(matrix -> arrays.add(magnitude(matrix)));
        return arrays;
    }

    /** The transpose of some rows of an array. */
    private static HostTensor transposed(StoredMatrix matrix, FloatSource source, IntUnaryOperator row) {
        float[] rows = new float[Math.multiplyExact(matrix.rows(), matrix.columns())];
        for (int i = 0; i < matrix.columns(); i++) {
            source.copy(Math.multiplyExact(row.applyAsInt(i), matrix.rows()), rows, i * matrix.rows(), matrix.rows());
        }
        ByteBuffer bytes = ByteBuffer.allocate(Math.multiplyExact(rows.length, Float.BYTES))
                .order(ByteOrder.LITTLE_ENDIAN);
        ByteBuffer plain = ByteBuffer.allocate(bytes.capacity()).order(ByteOrder.LITTLE_ENDIAN);
        plain.asFloatBuffer().put(rows);
        LayoutConversion.transpose(
                new FloatSource(Dtype.F32, plain), matrix.columns(), matrix.rows(), bytes.asFloatBuffer());
        return new HostTensor(matrix.arrays().get(0), bytes);
    }
}
