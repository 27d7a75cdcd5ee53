package dev.lancet.compression;

import static dev.lancet.dsl.Adapter.lora;
import static dev.lancet.dsl.Precision.int4;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import dev.lancet.compression.matrix.Matrix;
import dev.lancet.compression.quant.Quantizer;
import dev.lancet.compression.svd.JacobiAlgebra;
import dev.lancet.compression.svd.LinearAlgebra;
import dev.lancet.dsl.Adapter;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Role;
import dev.lancet.dsl.Weight;
import dev.lancet.dsl.plan.ArraySpec;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Step;
import dev.lancet.dsl.weights.HostTensor;
import dev.lancet.dsl.weights.Weights;
import dev.lancet.dsl.weights.WeightsInMemory;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * Adapters that begin with what rounding loses, beside a matrix {@code [12, 10]} in int4. The expected numbers are from NumPy
 * 2 in float64: rounding and {@code numpy.linalg.svd}, alternately, and the best of five rounds.
 */
class LoftqInitialisationTest {

    private static final int ROWS = 12;
    private static final int COLUMNS = 10;

    private final LinearAlgebra algebra = new JacobiAlgebra();
    private final Weight up = new Weight("up", Role.UP, 0, ROWS, COLUMNS);
    private final Plan dense = Plan.dense("one", List.of(up));
    private final Step step = Step.quantize(up, int4(4), "test").adapted(lora(3).loftq(), "test");
    private final Matrix exact = Matrix.of(ROWS, COLUMNS, values());
    private final Weights weights = weights(exact);

    private static float[] values() {
        float[] values = new float[ROWS * COLUMNS];
        for (int i = 0; i < ROWS; i++) {
            for (int j = 0; j < COLUMNS; j++) {
                values[i * COLUMNS + j] = ((31 * i * i + 17 * j + 7 * i * j) % 103 - 51.25f) / 64;
            }
        }
        return values;
    }

    private static Weights weights(Matrix matrix) {
        return Weights.of(List.of(
                HostTensor.of(new ArraySpec("up", ArraySpec.Type.FLOAT32, List.of(ROWS, COLUMNS)), matrix.values())));
    }

    /** The relative error after so many rounds. */
    private double error(int rounds) {
        WeightsInMemory arrays = new WeightsInMemory();
        Matrix whole = new LoftqInitialisation(algebra, step, Optional.empty(), rounds).put(exact, arrays);
        return Fidelity.of("up", exact, whole, 0).relativeFrobenius();
    }

    @Test
    void codes_and_adapter_are_those_of_numpy() {
        WeightsInMemory result = new WeightsInMemory();
        List<Fidelity> losses = new Compressor(algebra).compress(dense, dense.with(step), weights, result);
        assertThat(result.arrays()).isEqualTo(dense.with(step).arrays());
        assertThat(losses.get(0).relativeFrobenius()).isCloseTo(0.03018213767473093, within(1e-6));
        Matrix whole = MatrixConversion.dense(algebra, step, result);
        assertThat((double) whole.at(0, 0)).isCloseTo(-0.80180795, within(1e-5));
        assertThat((double) whole.at(0, 3)).isCloseTo(0.01942715, within(1e-5));
        assertThat((double) whole.at(7, 5)).isCloseTo(0.70785047, within(1e-5));
        List<Matrix> factors = step.adapterMatrices().stream()
                .map(piece -> Quantizer.unpack(piece, result))
                .toList();
        Matrix update = algebra.product(factors.get(0), factors.get(1));
        assertThat((double) update.at(0, 0)).isCloseTo(-0.00563865, within(1e-5));
        assertThat((double) update.at(7, 5)).isCloseTo(0.02189520, within(1e-5));
    }

    @Test
    void five_rounds_lose_no_more_than_one_and_less_than_rounding_alone() {
        WeightsInMemory rounded = new WeightsInMemory();
        double alone = new Compressor(algebra)
                .compress(dense, dense.with(Step.quantize(up, int4(4), "test")), weights, rounded)
                .get(0)
                .relativeFrobenius();
        assertThat(error(1)).isCloseTo(0.03509244769925287, within(1e-6)).isLessThan(alone);
        assertThat(error(LoftqInitialisation.ROUNDS)).isLessThanOrEqualTo(error(1));
    }

    @Test
    void if_rounding_loses_nothing_the_adapter_is_untrained_and_can_learn() {
        float[] levels = new float[ROWS * COLUMNS];
        for (int i = 0; i < levels.length; i++) {
            levels[i] = i / COLUMNS % 4 == 0 ? 7 : i % 5;
        }
        WeightsInMemory result = new WeightsInMemory();
        Matrix matrix = Matrix.of(ROWS, COLUMNS, levels);
        new Compressor(algebra).compress(dense, dense.with(step), weights(matrix), result);
        assertThat(result.read("up.lora.b").floats()).containsOnly(0);
        float[] first = result.read("up.lora.a").floats();
        assertThat(Arrays.equals(first, new float[first.length])).isFalse();
    }

    @Test
    void a_rank_beyond_the_matrix_is_an_error() {
        Adapter wide = lora(11).loftq();
        Step beyond = Step.quantize(up, int4(4), "test").adapted(wide, "test");
        assertThatExceptionOfType(LancetException.class)
                .isThrownBy(() ->
                        new Compressor(algebra).compress(dense, dense.with(beyond), weights, new WeightsInMemory()))
                .withMessage(
                        "adapter: lora(11).loftq() for up of shape [12, 10]; an adapter that begins with what rounding"
                                + " loses has a rank of at most 10 here");
    }
}
