package dev.lancet.runtime.compress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lancet.compression.Compressor;
import dev.lancet.compression.Fidelity;
import dev.lancet.compression.TruncatedSpectrum;
import dev.lancet.compression.TruncatedSpectrum.Value;
import dev.lancet.compression.calibration.Calibration;
import dev.lancet.compression.calibration.GramMatrices;
import dev.lancet.compression.calibration.GramMatrix;
import dev.lancet.dsl.Precision;
import dev.lancet.dsl.Role;
import dev.lancet.dsl.Weight;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Step;
import dev.lancet.dsl.weights.HostTensor;
import dev.lancet.dsl.weights.WeightsInMemory;
import dev.lancet.runtime.algebra.GramAlgebra;
import dev.lancet.runtime.algebra.OpenBlas;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;

/** Singular values of diagonal matrices are known without computing them. */
class TruncatedSpectrumTest {

    private static final int SIDE = 100;
    private static final int RANK = 30;
    private static final Weight WEIGHT = new Weight("h.0.attn.q", Role.QUERY, 0, SIDE, SIDE);

    @Test
    void a_plain_cut_tells_the_values_of_the_matrix() {
        TruncatedSpectrum spectrum = cut(Optional.empty()).spectrum().orElseThrow();

        assertThat(spectrum.rank()).isEqualTo(RANK);
        assertThat(spectrum.count()).isEqualTo(SIDE);
        assertThat(spectrum.whitened()).isEmpty();
        TruncatedSpectrum.Curve plain = spectrum.plain().orElseThrow();
        assertThat(plain.values())
                .hasSizeBetween(48, 50)
                .extracting(Value::index)
                .contains(1, RANK, RANK + 1, SIDE);
        assertThat(plain.values()).allSatisfy(value -> assertThat(value.share())
                .isCloseTo((SIDE + 1.0 - value.index()) / SIDE, within(1e-4)));
        assertThat(plain.kept()).isCloseTo(kept(i -> i), within(1e-6));
    }

    @Test
    void a_whitened_cut_tells_the_values_that_the_inputs_weigh_too() {
        // The inputs of row i have the mean square i², so that the weighted value of row i is i².
        double[] sums = new double[SIDE * SIDE];
        for (int i = 0; i < SIDE; i++) {
            sums[i * SIDE + i] = (i + 1.0) * (i + 1);
        }
        Calibration calibration =
                Calibration.of(GramMatrices.of(Map.of(WEIGHT.name(), GramMatrix.of(SIDE, SIDE, sums))), new OpenBlas());
        Fidelity loss = cut(Optional.of(calibration));
        TruncatedSpectrum spectrum = loss.spectrum().orElseThrow();

        assertThat(spectrum.whitened().orElseThrow().values()).allSatisfy(value -> assertThat(value.share())
                .isCloseTo(Math.pow((SIDE + 1.0 - value.index()) / SIDE, 2), within(1e-4)));
        assertThat(spectrum.whitened().orElseThrow().kept()).isCloseTo(kept(i -> i * i), within(1e-6));
        assertThat(spectrum.plain().orElseThrow().kept()).isCloseTo(kept(i -> i), within(1e-6));
        // What is not kept of the output is its squared error.
        assertThat(Math.pow(loss.outputError().orElseThrow(), 2))
                .isCloseTo(1 - spectrum.whitened().orElseThrow().kept(), within(1e-5));
    }

    @Test
    void only_a_compressor_that_is_asked_measures() {
        assertThat(new Compressor(new GramAlgebra())
                        .compress(before(), after(), weights(), tensor -> {})
                        .get(0)
                        .spectrum())
                .isEmpty();
    }

    /** The share of the squares of f(1), …, f(100) that the 30 largest have. */
    private static double kept(DoubleUnaryOperator value) {
        double all = 0;
        double large = 0;
        for (int i = 1; i <= SIDE; i++) {
            double square = Math.pow(value.applyAsDouble(i), 2);
            all += square;
            large += i > SIDE - RANK ? square : 0;
        }
        return large / all;
    }

    private static Fidelity cut(Optional<Calibration> calibration) {
        return new Compressor(new GramAlgebra(), calibration)
                .measuringSpectra()
                .compress(before(), after(), weights(), tensor -> {})
                .get(0);
    }

    private static Plan before() {
        return Plan.dense("diagonal", List.of(WEIGHT));
    }

    private static Plan after() {
        return before().with(Step.factorise(WEIGHT, RANK, Precision.float32(), "test"));
    }

    private static WeightsInMemory weights() {
        float[] values = new float[SIDE * SIDE];
        for (int i = 0; i < SIDE; i++) {
            values[i * SIDE + i] = i + 1;
        }
        WeightsInMemory weights = new WeightsInMemory();
        weights.accept(HostTensor.of(before().arrays().get(0), values));
        return weights;
    }
}
