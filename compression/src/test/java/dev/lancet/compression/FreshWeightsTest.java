package dev.lancet.compression;

import static dev.lancet.dsl.Attention.heads;
import static dev.lancet.dsl.FeedForward.geluTanh;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.lancet.compression.matrix.Matrix;
import dev.lancet.compression.svd.JacobiAlgebra;
import dev.lancet.dsl.Initialisation;
import dev.lancet.dsl.Norm;
import dev.lancet.dsl.Position;
import dev.lancet.dsl.Precision;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.plan.ArraySpec;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Step;
import dev.lancet.dsl.weights.HostTensor;
import dev.lancet.dsl.weights.Weights;
import org.junit.jupiter.api.Test;

class FreshWeightsTest {

    private static Transformer gpt(int layers) {
        return Transformer.decoder("gpt")
                .vocabulary(300)
                .context(64)
                .width(96)
                .layers(layers)
                .attention(heads(4).bias())
                .feedForward(geluTanh(384))
                .norm(Norm.layerNorm(1e-5))
                .position(Position.learned())
                .build();
    }

    private final Transformer gpt = gpt(2);
    private final Plan dense = Plan.dense(gpt);

    private static double deviation(HostTensor tensor) {
        double square = 0;
        float[] values = tensor.floats();
        for (float value : values) {
            square += (double) value * value / values.length;
        }
        return Math.sqrt(square);
    }

    @Test
    void every_array_of_the_plan_exists_in_order() {
        Plan plan = dense.with(Step.factorise(dense.step("h.1.attn.q").weight(), 8, Precision.int4(32), "test"));
        assertThat(new FreshWeights(gpt, 1).under(plan).arrays()).isEqualTo(plan.arrays());
    }

    @Test
    void each_role_has_its_deviation() {
        Weights weights = new FreshWeights(gpt, 1).under(dense);
        assertThat(deviation(weights.read("embedding"))).isCloseTo(0.02, within(0.0005));
        assertThat(deviation(weights.read("position"))).isCloseTo(0.02, within(0.0006));
        assertThat(deviation(weights.read("h.0.mlp.up"))).isCloseTo(1 / Math.sqrt(3 * 96), within(0.001));
        assertThat(deviation(weights.read("h.0.mlp.down"))).isCloseTo(1 / Math.sqrt(3 * 384) / 2, within(0.0003));
        assertThat(deviation(weights.read("h.0.attn.o"))).isCloseTo(1 / Math.sqrt(3 * 96) / 2, within(0.0006));
        assertThat(weights.read("h.1.attn.norm.gain").floats()).containsOnly(1f);
        assertThat(weights.read("h.1.attn.norm.bias").floats()).containsOnly(0f);
        assertThat(weights.read("h.1.mlp.up.bias").floats()).containsOnly(0f);
    }

    @Test
    void the_same_seed_gives_the_same_bytes_and_another_one_others() {
        HostTensor once = new FreshWeights(gpt, 1).under(dense).read("h.0.attn.q");
        assertThat(new FreshWeights(gpt, 1).under(dense).read("h.0.attn.q")).isEqualTo(once);
        assertThat(new FreshWeights(gpt, 2).under(dense).read("h.0.attn.q")).isNotEqualTo(once);
    }

    @Test
    void another_layer_changes_only_weights_scaled_by_the_depth() {
        Weights two = new FreshWeights(gpt, 1).under(dense);
        Weights three = new FreshWeights(gpt(3), 1).under(Plan.dense(gpt(3)));
        for (ArraySpec array : dense.arrays()) {
            boolean scaled = array.name().endsWith(".o") || array.name().endsWith(".down");
            assertThat(three.read(array.name()).equals(two.read(array.name())))
                    .as(array.name())
                    .isEqualTo(!scaled);
        }
    }

    @Test
    void compressing_one_weight_changes_no_other() {
        Plan plan = dense.with(Step.factorise(dense.step("h.1.attn.q").weight(), 8, Precision.float32(), "test"));
        Weights before = new FreshWeights(gpt, 1).under(dense);
        new FreshWeights(gpt, 1).under(plan).copyTo(tensor -> {
            if (!tensor.name().startsWith("h.1.attn.q.") || tensor.name().endsWith("bias")) {
                assertThat(tensor).isEqualTo(before.read(tensor.name()));
            }
        });
    }

    @Test
    void factors_begin_with_equal_singular_values_and_the_deviation_of_the_dense_matrix() {
        Plan plan = dense.with(Step.factorise(dense.step("h.0.mlp.up").weight(), 24, Precision.float32(), "test"));
        Weights weights = new FreshWeights(gpt, 1).under(plan);
        Matrix left = Matrix.of(weights.read("h.0.mlp.up.left"));
        Matrix right = Matrix.of(weights.read("h.0.mlp.up.right"));
        double strength = 1 / Math.sqrt(3 * 96) * Math.sqrt(96.0 * 384 / 24);
        JacobiAlgebra algebra = new JacobiAlgebra();
        for (Matrix factor : new Matrix[] {left, right}) {
            for (double value : algebra.singularValues(factor)) {
                assertThat(value).isCloseTo(Math.sqrt(strength), within(1e-5));
            }
        }
        ArraySpec product = new ArraySpec("product", ArraySpec.Type.FLOAT32, java.util.List.of(96, 384));
        HostTensor dense = HostTensor.of(product, algebra.product(left, right).values());
        assertThat(deviation(dense)).isCloseTo(1 / Math.sqrt(3 * 96), within(1e-6));
    }

    @Test
    void normal_factors_have_a_product_of_the_same_deviation_with_unequal_singular_values() {
        Step step = Step.factorise(dense.step("h.0.mlp.up").weight(), 24, Precision.float32(), "test")
                .beginning(Initialisation.normal());
        Weights weights = new FreshWeights(gpt, 1).under(dense.with(step));
        Matrix left = Matrix.of(weights.read("h.0.mlp.up.left"));
        Matrix right = Matrix.of(weights.read("h.0.mlp.up.right"));
        JacobiAlgebra algebra = new JacobiAlgebra();
        ArraySpec product = new ArraySpec("product", ArraySpec.Type.FLOAT32, java.util.List.of(96, 384));
        HostTensor whole = HostTensor.of(product, algebra.product(left, right).values());
        assertThat(deviation(whole)).isCloseTo(1 / Math.sqrt(3 * 96), within(0.003));
        assertThat(deviation(weights.read("h.0.mlp.up.left")))
                .isCloseTo(deviation(weights.read("h.0.mlp.up.right")), within(0.005));
        double[] values = algebra.singularValues(left);
        assertThat(values[0]).isGreaterThan(1.5 * values[23]);
    }

    @Test
    void a_plan_for_another_model_is_refused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new FreshWeights(gpt, 1).under(Plan.dense(gpt(3))))
                .withMessage("fresh weights: the plan for gpt is not for gpt");
    }
}
