package dev.lancet.runtime.calibration;

import dev.lancet.compression.algebra.Float64Algebra;
import dev.lancet.compression.calibration.GramMatrix;
import dev.lancet.dsl.LancetException;
import dev.lancet.runtime.train.graph.Examples;
import dev.lancet.surgery.layer.LayerInput;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** The growing Gram matrix of one tensor, which one layer or several read. The sums are accumulated in 64 bits. */
final class GramSum {

    /** The side of the blocks that are mirrored one by one, so that each cache line is used completely. */
    private static final int BLOCK = 64;

    private final LayerInput user;
    private final Float64Algebra algebra;
    private final double[] sums;
    private long counted;

    private GramSum(LayerInput user, Float64Algebra algebra) {
        this.user = user;
        this.algebra = algebra;
        sums = new double[Math.multiplyExact(user.width(), user.width())];
    }

    /** The users of each tensor, by the name of the tensor. */
    static Map<String, List<LayerInput>> byTensor(List<LayerInput> inputs) {
        return inputs.stream()
                .collect(Collectors.groupingBy(LayerInput::tensor, LinkedHashMap::new, Collectors.toList()));
    }

    /** An empty sum for each tensor. */
    static Map<String, GramSum> begin(Map<String, List<LayerInput>> byTensor, Float64Algebra algebra) {
        Map<String, GramSum> sums = new LinkedHashMap<>();
        byTensor.forEach((tensor, users) -> sums.put(tensor, new GramSum(users.get(0), algebra)));
        return sums;
    }

    /**
     * The Gram matrices by the name of the matrix. A matrix with several uses gets the sum over them; uses of W and of Wᵀ
     * have different inputs, so then the first decides.
     */
    static Map<String, GramMatrix> grams(Map<String, List<LayerInput>> byTensor, Map<String, GramSum> sums) {
        Map<String, GramMatrix> grams = new LinkedHashMap<>();
        sums.forEach((tensor, sum) -> {
            GramMatrix gram = sum.gram();
            for (LayerInput user : byTensor.getOrDefault(tensor, List.of())) {
                grams.merge(
                        user.weight(),
                        gram.transposed(user.transposed()),
                        (known, more) -> known.transposed() == more.transposed() ? known.plus(more) : known);
            }
        });
        return grams;
    }

    /**
     * Adds the values of the tensor for some rows. Positions that a mask excludes are not counted.
     *
     * @param values {@code [positions, width]}; those that count are moved to the front
     * @param first the number of the first of these rows, for errors
     * @throws LancetException if a value is not finite
     */
    void add(float[] values, Examples rows, int first) {
        int width = user.width();
        int count = values.length / width;
        Optional<boolean[]> mask = rows.mask(count);
        int kept = 0;
        for (int i = 0; i < count; i++) {
            if (mask.isPresent() && !mask.get()[i]) {
                continue;
            }
            for (int j = i * width; j < (i + 1) * width; j++) {
                if (!Float.isFinite(values[j])) {
                    throw new LancetException("calibrate: the input of " + user.weight() + " contains " + values[j]
                            + " in row " + (first + i * rows.count() / count)
                            + "; check the model and this row of the calibration data");
                }
            }
            if (kept != i) {
                System.arraycopy(values, i * width, values, kept * width, width);
            }
            kept++;
        }
        algebra.addGram(sums, values, kept, width);
        counted += kept;
    }

    private GramMatrix gram() {
        int width = user.width();
        for (int row = 0; row < width; row += BLOCK) {
            for (int column = row; column < width; column += BLOCK) {
                mirror(row, column, Math.min(width, column + BLOCK));
            }
        }
        return GramMatrix.of(width, counted, sums);
    }

    /** Copies a block of the upper triangle to its place below the diagonal. */
    private void mirror(int row, int column, int end) {
        int width = user.width();
        for (int j = column; j < end; j++) {
            for (int i = row; i < Math.min(j, row + BLOCK); i++) {
                sums[j * width + i] = sums[i * width + j];
            }
        }
    }
}
