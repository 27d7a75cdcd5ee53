package dev.lancet.tests.surgery;

import static dev.lancet.Lancet.silu;
import static dev.lancet.assertj.LancetAssertions.assertThat;
import static dev.lancet.dsl.Rank.rank;
import static dev.lancet.dsl.Selector.everything;
import static dev.lancet.dsl.Selector.feedForward;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lancet.dsl.Compression;
import dev.lancet.dsl.Nonlinearity;
import dev.lancet.dsl.Role;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.Weight;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.recipe.SelfGuidance;
import dev.lancet.surgery.Blueprint;
import dev.lancet.surgery.SelfGuidanceGraph;
import dev.lancet.surgery.rule.GuideMatMul;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.tensorflow.proto.GraphDef;

/** Layers that keep a dense twin beside their factors. */
class GuideTest {

    private final Weight up = new Weight("up", Role.UP, 0, 6, 8);
    private final Weight head = new Weight("head", Role.HEAD, -1, 10, 8);

    private static GuideMatMul guide(Weight weight, Nonlinearity... between) {
        return new GuideMatMul(weight, 2, between.length == 0 ? Optional.empty() : Optional.of(between[0]));
    }

    @Test
    void a_product_is_mixed_with_that_of_its_factors() {
        assertThat(guide(up)).on("""
                    x = Placeholder [-1,6]
                    up = Variable [6,8]
                    up.out = MatMul(x, up) : [-1,8]
                    y = Neg(up.out) : [-1,8]
                    """).becomes("""
                    x = Placeholder [-1,6]
                    up = Variable [6,8]
                    up.left = Variable [6,2]
                    up.right = Variable [2,8]
                    up.out.left = MatMul(x, up.left) : [-1,2]
                    up.out.narrow = MatMul(up.out.left, up.right) : [-1,8]
                    up.out.dense = MatMul(x, up) : [-1,8]
                    guide = Placeholder []
                    up.out = @guided_8(up.out.dense, up.out.narrow, guide) : [-1,8]
                    y = Neg(up.out) : [-1,8]

                    function guided_8(dense, narrow, guide) -> (y)
                      one = Const 1.0
                      rest = Sub(one:output, guide) : []
                      led = Mul(dense, guide) : [-1,8]
                      own = Mul(narrow, rest:z) : [-1,8]
                      sum = AddV2(led:z, own:z) : [-1,8]
                      return y = sum:z
                    """);
    }

    @Test
    void a_nonlinearity_stands_between_the_factors_alone() {
        assertThat(guide(up, silu())).on("""
                    x = Placeholder [4,6]
                    up = Variable [6,8]
                    up.out = MatMul(x, up) : [4,8]
                    """).becomes("""
                    x = Placeholder [4,6]
                    up = Variable [6,8]
                    up.left = Variable [6,2]
                    up.right = Variable [2,8]
                    up.out.left = MatMul(x, up.left) : [4,2]
                    up.out.silu = @silu_4_2(up.out.left) : [4,2]
                    up.out.narrow = MatMul(up.out.silu, up.right) : [4,8]
                    up.out.dense = MatMul(x, up) : [4,8]
                    guide = Placeholder []
                    up.out = @guided_4_8(up.out.dense, up.out.narrow, guide) : [4,8]

                    function guided_4_8(dense, narrow, guide) -> (y)
                      one = Const 1.0
                      rest = Sub(one:output, guide) : []
                      led = Mul(dense, guide) : [4,8]
                      own = Mul(narrow, rest:z) : [4,8]
                      sum = AddV2(led:z, own:z) : [4,8]
                      return y = sum:z

                    function silu_4_2(x) -> (y)
                      sigmoid = Sigmoid(x) : [4,2]
                      silu = Mul(x, sigmoid:y) : [4,2]
                      return y = silu:z
                    """);
    }

    @Test
    void products_with_a_transposed_matrix_are_declined() {
        assertThat(guide(head))
                .on("""
                    x = Placeholder [-1,8]
                    head = Variable [10,8]
                    head.out = MatMul(x, head) transpose_b
                    """)
                .declines("head.out multiplies with the transposed head; self-guidance is supported only for x · W");
        assertThat(guide(up)).on("""
                    x = Placeholder [6,-1]
                    up = Variable [6,8]
                    up.out = MatMul(x, up) transpose_a
                    """).declines("up.out transposes its input; only x · W and x · Wᵀ are treated");
    }

    @Test
    void another_matrix_is_left_alone() {
        assertThat(guide(up)).on("""
                    x = Placeholder [-1,6]
                    down = Variable [6,8]
                    down.out = MatMul(x, down)
                    """).leavesAlone();
    }

    @Test
    void a_whole_model_with_twins_is_golden() {
        Transformer model = Models.llama(1);
        Plan plan = Plan.of(
                model,
                Compression.keepAll()
                        .on(everything())
                        .factorise(rank(4))
                        .on(feedForward())
                        .factorise(rank(6), silu()));
        var twins = new SelfGuidance(0.5).twins(plan);
        assertThat(twins).noneMatch(step -> step.weight().role().table());
        GraphDef guided = SelfGuidanceGraph.operate(Blueprint.training(model, 2, 8), plan, twins);
        assertThat(SelfGuidanceGraph.started(guided, twins)).isGolden("llama-mini.training.guided.graph");
        assertThat(SelfGuidanceGraph.operate(guided, plan, twins)).isEqualTo(guided);
    }
}
