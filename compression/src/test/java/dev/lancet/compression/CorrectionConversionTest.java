package dev.lancet.compression;

import static dev.lancet.dsl.Correction.correction;
import static dev.lancet.dsl.Precision.bfloat16;
import static dev.lancet.dsl.Precision.int4;
import static dev.lancet.dsl.Precision.int8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lancet.compression.matrix.Matrix;
import dev.lancet.compression.svd.JacobiAlgebra;
import dev.lancet.compression.svd.LinearAlgebra;
import dev.lancet.dsl.Adapter;
import dev.lancet.dsl.Precision;
import dev.lancet.dsl.Role;
import dev.lancet.dsl.Weight;
import dev.lancet.dsl.plan.ArraySpec;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Step;
import dev.lancet.dsl.weights.HostTensor;
import dev.lancet.dsl.weights.Weights;
import dev.lancet.dsl.weights.WeightsInMemory;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Corrections of a matrix {@code [12, 10]} in int4. The expected numbers are from NumPy 2 in float64: rounding, {@code
 * numpy.linalg.svd} of the difference, and rounding of both factors.
 */
class CorrectionConversionTest {

    private static final int ROWS = 12;
    private static final int COLUMNS = 10;

    private final LinearAlgebra algebra = new JacobiAlgebra();
    private final Weight up = new Weight("up", Role.UP, 0, ROWS, COLUMNS);
    private final Plan dense = Plan.dense("one", List.of(up));
    private final Plan rounded = dense.with(Step.quantize(up, int4(4), "test"));
    private final Plan corrected = dense.with(Step.quantize(up, int4(4), "test").corrected(correction(3), "test"));
    private final Weights weights = Weights.of(
            List.of(HostTensor.of(new ArraySpec("up", ArraySpec.Type.FLOAT32, List.of(ROWS, COLUMNS)), values())));

    private List<Fidelity> losses = List.of();

    private static float[] values() {
        float[] values = new float[ROWS * COLUMNS];
        for (int i = 0; i < ROWS; i++) {
            for (int j = 0; j < COLUMNS; j++) {
                values[i * COLUMNS + j] = ((31 * i * i + 17 * j + 7 * i * j) % 103 - 51.25f) / 64;
            }
        }
        return values;
    }

    private Weights compress(Plan from, Plan into, Weights read) {
        WeightsInMemory result = new WeightsInMemory();
        losses = new Compressor(algebra).compress(from, into, read, result);
        assertThat(result.arrays()).isEqualTo(into.arrays());
        return result;
    }

    private Matrix matrix(Plan plan, Weights read) {
        return MatrixConversion.dense(algebra, plan.step("up"), read);
    }

    private double error() {
        return losses.get(0).relativeFrobenius();
    }

    @Test
    void a_correction_restores_as_much_as_numpy_computes() {
        compress(dense, rounded, weights);
        assertThat(error()).isCloseTo(0.055486278113145646, within(1e-7));

        Weights after = compress(dense, corrected, weights);
        assertThat(error()).isCloseTo(0.03509308841727425, within(1e-7));
        Matrix whole = matrix(corrected, after);
        assertThat((double) whole.at(0, 0)).isCloseTo(-0.81045878, within(1e-6));
        assertThat((double) whole.at(0, 3)).isCloseTo(0.01200603, within(1e-6));
        assertThat((double) whole.at(7, 5)).isCloseTo(0.72163448, within(1e-6));

        Step halves = Step.quantize(up, int4(4), "test").corrected(correction(3).storedIn(bfloat16()), "test");
        compress(dense, dense.with(halves), weights);
        assertThat(error()).isCloseTo(0.03509257090871299, within(1e-6));
    }

    @Test
    void the_codes_are_those_of_the_rounded_matrix() {
        Weights plain = compress(dense, rounded, weights);
        Weights after = compress(dense, corrected, weights);
        rounded.arrays().forEach(array -> assertThat(after.read(array.name())).isEqualTo(plain.read(array.name())));
    }

    @Test
    void a_higher_rank_restores_more_and_the_full_rank_nearly_everything() {
        double before = 1;
        for (int rank : new int[] {1, 2, 4, 8, 10}) {
            Step step = Step.quantize(up, int4(4), "test").corrected(correction(rank), "test");
            compress(dense, dense.with(step), weights);
            assertThat(error()).isLessThan(before);
            before = error();
        }
        assertThat(before).isLessThan(1e-3);
    }

    @Test
    void the_same_plan_copies_every_byte() {
        Weights once = compress(dense, corrected, weights);
        Weights twice = compress(corrected, corrected, once);
        assertThat(losses).isEmpty();
        corrected.arrays().forEach(array -> assertThat(twice.read(array.name())).isEqualTo(once.read(array.name())));
    }

    @Test
    void another_precision_multiplies_the_correction_out_first() {
        Weights once = compress(dense, corrected, weights);
        float[] whole = matrix(corrected, once).values();

        Weights floats = compress(corrected, dense, once);
        assertThat(error()).isZero();
        assertThat(floats.read("up").floats()).containsExactly(whole);

        Plan bytes = dense.with(Step.quantize(up, int8(), "test"));
        Weights eight = compress(corrected, bytes, once);
        assertThat(error()).isBetween(1e-5, 0.01);
        assertThat(matrix(bytes, eight).values()).containsExactly(whole, within(0.01f));

        Plan factored = dense.with(Step.factorise(up, 10, Precision.float32(), "test"));
        compress(corrected, factored, once);
        assertThat(error()).isLessThan(1e-6);
    }

    @Test
    void what_was_rounded_before_has_nothing_left_to_restore() {
        Weights codes = compress(dense, rounded, weights);
        Weights after = compress(rounded, corrected, codes);
        assertThat(error()).isLessThan(1e-6);
        assertThat(matrix(corrected, after).values())
                .containsExactly(matrix(rounded, codes).values(), within(1e-6f));
    }

    @Test
    void an_adapter_is_kept_beside_a_correction_and_merged_with_it() {
        Plan adapted = dense.with(corrected.step("up").adapted(Adapter.lora(2), "test"));
        Weights fresh = compress(dense, adapted, weights);
        assertThat(error()).isCloseTo(0.03509308841727425, within(1e-7));
        WeightsInMemory trained = new WeightsInMemory();
        for (ArraySpec array : adapted.arrays()) {
            trained.accept(
                    array.name().equals("up.lora.b")
                            ? HostTensor.of(array, ramp(2 * COLUMNS))
                            : fresh.read(array.name()));
        }
        Matrix wanted = matrix(adapted, trained);
        assertThat(wanted.values()[0]).isNotCloseTo(matrix(corrected, fresh).values()[0], within(1e-3f));

        Weights merged = compress(adapted, adapted.merged(), trained);
        assertThat(error()).isBetween(1e-3, 0.06);
        assertThat(matrix(adapted.merged(), merged).values()).containsExactly(wanted.values(), within(0.1f));
    }

    private static float[] ramp(int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = 0.25f + i / 64f;
        }
        return values;
    }
}
