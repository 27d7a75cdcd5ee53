package dev.lancet.tests.compression;

import static dev.lancet.dsl.Correction.correction;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.lancet.compression.Compressor;
import dev.lancet.compression.calibration.Calibration;
import dev.lancet.compression.calibration.GramMatrices;
import dev.lancet.compression.calibration.GramMatrix;
import dev.lancet.compression.matrix.Matrix;
import dev.lancet.compression.quant.Gptq;
import dev.lancet.compression.quant.Quantizer;
import dev.lancet.compression.svd.Factors;
import dev.lancet.compression.svd.WhitenedTruncation;
import dev.lancet.dsl.Precision;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Step;
import dev.lancet.dsl.plan.StoredMatrix;
import dev.lancet.dsl.weights.HostTensor;
import dev.lancet.dsl.weights.WeightsInMemory;
import dev.lancet.runtime.algebra.GramAlgebra;
import dev.lancet.runtime.algebra.OpenBlas;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/**
 * Calibrated truncation, rounding and correction against an independent implementation in NumPy, with the linear algebra
 * that a compression uses. Single codes may differ where a value lies between two codes.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CalibratedReferenceTest {

    private final OpenBlas algebra = new OpenBlas();
    private final GramAlgebra single = new GramAlgebra();

    static Stream<CalibratedCase> cases() {
        return CalibratedCase.all().stream();
    }

    static Stream<CalibratedCase> linears() {
        return CalibratedCase.linear();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void a_gram_matrix_of_rows_in_two_parts_is_that_of_numpy(CalibratedCase layer) {
        GramMatrix gram = layer.gram(algebra);
        double[] expected = CalibratedCase.doubles(layer.json().path("gram"));
        assertThat(gram.rows()).isEqualTo(56);
        for (int i = 0; i < gram.width(); i++) {
            assertThat(gram.sums()[i]).isCloseTo(expected[i], within(1e-10 * gram.meanDiagonal()));
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void whitened_factors_have_the_product_and_the_error_of_numpy(CalibratedCase layer) {
        GramMatrix gram = layer.gram(algebra);
        for (JsonNode row : layer.json().path("whitened")) {
            Factors factors = new WhitenedTruncation(algebra)
                    .cut("w", layer.matrix(), gram, row.path("rank").asInt());
            Matrix product = single.product(factors.left(), factors.right());
            double[] expected = CalibratedCase.doubles(row.path("product"));
            for (int i = 0; i < expected.length; i++) {
                assertThat((double) product.values()[i]).isCloseTo(expected[i], within(1e-5));
            }
            assertThat(outputError(gram, layer.matrix(), product)).isCloseTo(error(row), withinPercentage(0.01));
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void gptq_gives_the_codes_and_the_error_of_numpy(CalibratedCase layer) {
        GramMatrix gram = layer.gram(algebra);
        Gptq gptq = new Gptq("w", gram, algebra);
        for (JsonNode row : layer.json().path("gptq")) {
            Precision precision = CalibratedCase.precision(row);
            StoredMatrix piece = new Step(layer.weight(), OptionalInt.empty(), precision, "test")
                    .baseMatrices()
                    .get(0);
            List<HostTensor> arrays = Quantizer.pack(piece, layer.matrix(), gptq);
            assertSameCodes(piece, arrays.get(0), row.path("codes"));
            Matrix result = Quantizer.unpack(piece, arrays);
            assertThat(outputError(gram, layer.matrix(), result))
                    .as(precision.toString())
                    .isCloseTo(error(row), withinPercentage(1))
                    .isLessThan(nearest(gram, piece, layer.matrix()));
        }
    }

    private double nearest(GramMatrix gram, StoredMatrix piece, Matrix matrix) {
        return outputError(gram, matrix, Quantizer.unpack(piece, Quantizer.pack(piece, matrix)));
    }

    @ParameterizedTest
    @MethodSource("linears")
    void a_correction_restores_as_much_of_the_output_as_numpy_computes(CalibratedCase layer) {
        for (JsonNode row : layer.json().path("correction")) {
            Step step = Step.quantize(layer.weight(), CalibratedCase.precision(row), "test")
                    .corrected(correction(row.path("rank").asInt()), "test");
            Plan dense = Plan.dense("one", List.of(layer.weight()));
            WeightsInMemory result = new WeightsInMemory();
            assertThat(compress(layer, dense, dense.with(step), List.of(layer.matrix()), result))
                    .isCloseTo(error(row), withinPercentage(1));
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void the_second_factor_is_fitted_to_the_rounded_first_as_numpy_fits_it(CalibratedCase layer) {
        List<Matrix> factors = layer.factors();
        int rank = factors.get(0).columns();
        Plan dense = Plan.dense("one", List.of(layer.weight()));
        Plan from = dense.with(Step.factorise(layer.weight(), rank, Precision.float32(), "test"));
        for (JsonNode row : layer.json().path("factors")) {
            Plan into = dense.with(Step.factorise(layer.weight(), rank, CalibratedCase.precision(row), "test"));
            WeightsInMemory result = new WeightsInMemory();
            double error = compress(layer, from, into, factors, result);
            List<StoredMatrix> pieces = into.step("w").baseMatrices();
            boolean leftFirst = !layer.transposed();
            assertSameCodes(pieces.get(0), result.read("w.left"), row.path(leftFirst ? "first_codes" : "second_codes"));
            assertSameCodes(
                    pieces.get(1), result.read("w.right"), row.path(leftFirst ? "second_codes" : "first_codes"));
            assertThat(error).isCloseTo(error(row), withinPercentage(1));
        }
    }

    /** Compresses the one matrix of a plan; returns the error of the layer's output. */
    private double compress(CalibratedCase layer, Plan from, Plan into, List<Matrix> stored, WeightsInMemory result) {
        WeightsInMemory given = new WeightsInMemory();
        for (int i = 0; i < stored.size(); i++) {
            Quantizer.pack(from.step("w").baseMatrices().get(i), stored.get(i)).forEach(given::accept);
        }
        Calibration calibration = Calibration.of(GramMatrices.of(Map.of("w", layer.gram(algebra))), algebra);
        return new Compressor(single, Optional.of(calibration))
                .compress(from, into, given, result)
                .get(0)
                .outputError()
                .orElseThrow();
    }

    private double outputError(GramMatrix gram, Matrix exact, Matrix result) {
        float[] change = new float[exact.values().length];
        for (int i = 0; i < change.length; i++) {
            change[i] = exact.values()[i] - result.values()[i];
        }
        Matrix lost = Matrix.of(exact.rows(), exact.columns(), change);
        return Math.sqrt(gram.energy(lost, algebra) / gram.energy(exact, algebra));
    }

    private static double error(JsonNode row) {
        return row.path("output_error").doubleValue();
    }

    /** At most one code in a hundred may differ. */
    private static void assertSameCodes(StoredMatrix piece, HostTensor stored, JsonNode expected) {
        byte[] codes = stored.toArray();
        int different = 0;
        for (int i = 0; i < piece.rows(); i++) {
            for (int j = 0; j < piece.columns(); j++) {
                int code = code(piece, codes, i, j);
                different += code == expected.path(i * piece.columns() + j).asInt() ? 0 : 1;
            }
        }
        assertThat(expected.size()).isEqualTo(piece.rows() * piece.columns());
        assertThat(different).as(piece.toString()).isLessThanOrEqualTo(expected.size() / 100);
    }

    private static int code(StoredMatrix piece, byte[] codes, int row, int column) {
        if (piece.precision().bits() == 8) {
            return codes[row * piece.columns() + column];
        }
        boolean byColumn = piece.channels() == StoredMatrix.Channels.COLUMNS;
        int input = byColumn ? row : column;
        int at = byColumn ? row / 2 * piece.columns() + column : row * ((piece.columns() + 1) / 2) + column / 2;
        return (input % 2 == 0 ? codes[at] : codes[at] >> 4) & 15;
    }
}
