package dev.lancet.compression;

import static dev.lancet.dsl.Attention.heads;
import static dev.lancet.dsl.FeedForward.swiglu;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lancet.compression.matrix.Matrix;
import dev.lancet.compression.quant.Quantizer;
import dev.lancet.compression.svd.JacobiAlgebra;
import dev.lancet.compression.svd.LinearAlgebra;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Precision;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.Weight;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Spectra;
import dev.lancet.dsl.plan.Step;
import dev.lancet.dsl.weights.HostTensor;
import dev.lancet.dsl.weights.Weights;
import dev.lancet.dsl.weights.WeightsInMemory;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CompressorTest {

    private static final Transformer TINY = Transformer.decoder("tiny")
            .vocabulary(33)
            .context(8)
            .width(12)
            .layers(1)
            .attention(heads(2))
            .feedForward(swiglu(20))
            .build();

    private final LinearAlgebra algebra = new JacobiAlgebra();
    private final Compressor compressor = new Compressor(algebra);
    private final Plan dense = Plan.dense(TINY);
    private final Weights weights = new FreshWeights(TINY, 3).under(dense);
    private final Weight up = dense.step("h.0.mlp.up").weight();

    private List<Fidelity> losses = List.of();

    private Weights compress(Plan from, Plan into, Weights weights) {
        WeightsInMemory result = new WeightsInMemory();
        losses = compressor.compress(from, into, weights, result);
        assertThat(result.arrays()).isEqualTo(into.arrays());
        return result;
    }

    private Matrix read(Plan plan, Weights weights, String name) {
        return MatrixConversion.dense(algebra, plan.step(name), weights);
    }

    @Test
    void the_same_plan_copies_every_byte() {
        Plan mixed = dense.with(Step.factorise(up, 3, Precision.int4(4), "test"));
        Weights once = compress(dense, mixed, weights);
        Weights twice = compress(mixed, mixed, once);
        assertThat(losses).isEmpty();
        for (var array : mixed.arrays()) {
            assertThat(twice.read(array.name())).isEqualTo(once.read(array.name()));
        }
    }

    @Test
    void only_matrices_that_the_plan_changes_are_converted() {
        Weights after = compress(dense, dense.with(Step.quantize(up, Precision.int8(), "test")), weights);
        assertThat(losses).extracting(Fidelity::weight).containsExactly("h.0.mlp.up");
        dense.arrays().stream()
                .filter(array -> !array.name().equals("h.0.mlp.up"))
                .forEach(array -> assertThat(after.read(array.name())).isEqualTo(weights.read(array.name())));
    }

    @Test
    void truncation_loses_the_tail_of_the_spectrum() {
        Plan cut = dense.with(Step.factorise(up, 5, Precision.float32(), "test"));
        compress(dense, cut, weights);
        Spectra spectra = new Spectrometer(algebra).measure(dense, weights, up::equals, MatrixProgress.unseen());
        List<Double> values = spectra.of(up.name()).orElseThrow();
        double total = values.stream().mapToDouble(v -> v * v).sum();
        double tail = values.stream().skip(5).mapToDouble(v -> v * v).sum();
        assertThat(losses.get(0).relativeFrobenius()).isCloseTo(Math.sqrt(tail / total), within(1e-6));
        assertThat(losses.get(0).sqnrDb()).isCloseTo(10 * Math.log10(total / tail), within(1e-4));
    }

    @Test
    void the_left_factor_of_a_table_is_quantised_by_rows() {
        Weight embedding = dense.step("embedding").weight();
        Plan plan = dense.with(Step.factorise(embedding, 12, Precision.int8(), "test"));
        Weights after = compress(dense, plan, weights);
        assertThat(after.read("embedding.left.scale").spec().shape()).containsExactly(33, 1);
        assertThat(losses.get(0).relativeFrobenius()).isBetween(1e-4, 0.02);
    }

    @Test
    void factors_are_quantised_where_they_stand() {
        Plan cut = dense.with(Step.factorise(up, 4, Precision.float32(), "test"));
        Plan packed = cut.with(Step.factorise(up, 4, Precision.nf4(4), "test"));
        Weights factors = compress(dense, cut, weights);
        Weights codes = compress(cut, packed, factors);
        for (var matrix : packed.step("h.0.mlp.up").matrices()) {
            Matrix factor = Matrix.of(factors.read(matrix.name()));
            for (HostTensor array : Quantizer.pack(matrix, factor)) {
                assertThat(codes.read(array.name())).isEqualTo(array);
            }
        }
    }

    @Test
    void another_rank_multiplies_out_and_factors_again() {
        Plan five = dense.with(Step.factorise(up, 5, Precision.int8(), "test"));
        Plan three = dense.with(Step.factorise(up, 3, Precision.float32(), "test"));
        Weights stepwise = compress(five, three, compress(dense, five, weights));
        Weights direct = compress(dense, three, weights);
        Matrix expected = read(three, direct, "h.0.mlp.up");
        Fidelity difference = Fidelity.of("", expected, read(three, stepwise, "h.0.mlp.up"), 0);
        assertThat(difference.relativeFrobenius()).isLessThan(0.1);
    }

    @Test
    void the_way_back_to_floats_is_open() {
        Plan packed = dense.with(Step.factorise(up, 3, Precision.int8(), "test"));
        Weights small = compress(dense, packed, weights);
        Weights wide = compress(packed, dense, small);
        assertThat(losses.get(0).relativeFrobenius()).isZero();
        assertThat(losses.get(0).sqnrDb()).isInfinite();
        assertThat(wide.read("h.0.mlp.up").floats())
                .isEqualTo(read(packed, small, "h.0.mlp.up").values());
    }

    @Test
    void fewer_bits_and_a_rank_in_one_go_equal_both_in_turn() {
        Plan cut = dense.with(Step.factorise(up, 4, Precision.float32(), "test"));
        Plan both = dense.with(Step.factorise(up, 4, Precision.int4(2), "test"));
        Weights turn = compress(cut, both, compress(dense, cut, weights));
        Weights once = compress(dense, both, weights);
        both.arrays().forEach(array -> assertThat(once.read(array.name())).isEqualTo(turn.read(array.name())));
    }

    @Test
    void progress_counts_every_matrix() {
        List<String> seen = new ArrayList<>();
        compressor.compress(dense, dense, weights, tensor -> {}, (weight, done, count, seconds) -> {
            assertThat(seconds).isNotNegative();
            seen.add(weight + " " + done + "/" + count);
        });
        assertThat(seen).hasSize(8).startsWith("embedding 1/8").endsWith("h.0.mlp.down 8/8");
    }

    @Test
    void arrays_arrive_in_the_order_of_the_plan_although_matrices_are_converted_side_by_side() {
        List<String> written = new ArrayList<>();
        Plan plan = dense;
        for (Step step : dense.steps()) {
            plan = plan.with(Step.quantize(step.weight(), Precision.int8(), "test"));
        }
        compressor.compress(dense, plan, weights, tensor -> written.add(tensor.name()));
        assertThat(written)
                .isEqualTo(plan.arrays().stream()
                        .map(dev.lancet.dsl.plan.ArraySpec::name)
                        .toList());
    }

    @Test
    void weights_that_do_not_fit_their_plan_are_refused_before_anything_is_written() {
        Plan packed = dense.with(Step.quantize(up, Precision.int8(), "test"));
        assertThatThrownBy(() -> compressor.compress(packed, packed, weights, tensor -> {
                    throw new AssertionError(tensor);
                }))
                .isInstanceOf(LancetException.class)
                .hasMessage("weights: found h.0.mlp.up FLOAT32 [12, 20] where tiny needs h.0.mlp.up INT8 [12, 20]");
    }

    @Test
    void plans_for_different_weights_are_refused() {
        Plan other = Plan.dense("other", List.of(up));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> compressor.compress(dense, other, weights, tensor -> {}))
                .withMessage("compress: the plans of tiny and other are not for the same weights;"
                        + " derive the second with Plan.then");
    }

    @Test
    void spectra_see_through_factors() {
        Plan cut = dense.with(Step.factorise(up, 4, Precision.float32(), "test"));
        Weights factors = compress(dense, cut, weights);
        List<Double> after = new Spectrometer(algebra)
                .measure(cut, factors, up::equals, MatrixProgress.unseen())
                .of(up.name())
                .orElseThrow();
        double[] before = algebra.singularValues(read(dense, weights, up.name()));
        for (int k = 0; k < 12; k++) {
            assertThat(after.get(k)).isCloseTo(k < 4 ? before[k] : 0, within(1e-5));
        }
    }

    @Test
    void a_table_or_norm_that_is_not_finite_is_refused_although_it_is_only_copied() {
        for (String name : List.of("embedding", dense.vectors().get(0).name())) {
            WeightsInMemory broken = new WeightsInMemory();
            for (var array : dense.arrays()) {
                float[] values = weights.read(array.name()).floats();
                if (array.name().equals(name)) {
                    values[3] = Float.NaN;
                }
                broken.accept(HostTensor.of(array, values));
            }
            Plan small = dense.with(Step.quantize(up, Precision.int8(), "test"));

            assertThatThrownBy(() -> compress(dense, small, broken))
                    .isInstanceOf(LancetException.class)
                    .hasMessage(name + ": element 3 is NaN or infinite; only finite weights can be compressed, so check"
                            + " where the model comes from");
        }
    }
}
