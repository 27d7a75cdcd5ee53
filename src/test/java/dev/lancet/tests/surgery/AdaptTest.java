package dev.lancet.tests.surgery;

import static dev.lancet.Lancet.lora;
import static dev.lancet.assertj.LancetAssertions.assertThat;
import static dev.lancet.dsl.Precision.int4;
import static dev.lancet.dsl.Precision.int8;
import static dev.lancet.dsl.Rank.rank;
import static dev.lancet.dsl.Selector.attention;
import static dev.lancet.dsl.Selector.everything;
import static dev.lancet.dsl.Selector.feedForward;
import static dev.lancet.dsl.Selector.linears;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lancet.dsl.Compression;
import dev.lancet.dsl.Role;
import dev.lancet.dsl.Weight;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.surgery.Blueprint;
import dev.lancet.surgery.Surgeon;
import dev.lancet.surgery.SurgeryResult.Change;
import dev.lancet.surgery.rule.AdaptMatMul;
import org.junit.jupiter.api.Test;
import org.tensorflow.proto.GraphDef;

/** Layers that get an adapter beside their matrix. */
class AdaptTest {

    private final Weight up = new Weight("up", Role.UP, 0, 6, 8);
    private final Weight head = new Weight("head", Role.HEAD, -1, 10, 8);

    private static AdaptMatMul adapt(Weight weight) {
        return new AdaptMatMul(weight, lora(2).alpha(5));
    }

    @Test
    void a_product_gets_two_narrow_ones_beside_it() {
        assertThat(adapt(up)).on("""
                    x = Placeholder [-1,6]
                    up = Variable [6,8]
                    up.out = MatMul(x, up) : [-1,8]
                    y = Neg(up.out) : [-1,8]
                    """).becomes("""
                    x = Placeholder [-1,6]
                    up = Variable [6,8]
                    up.out.base = MatMul(x, up) : [-1,8]
                    up.lora.a = Variable [6,2]
                    up.lora.b = Variable [2,8]
                    up.out.lora.a = MatMul(x, up.lora.a) : [-1,2]
                    up.out.lora.scale = Const 2.5
                    up.out.lora.scaled = Mul(up.out.lora.a, up.out.lora.scale) : [-1,2]
                    up.out.lora = MatMul(up.out.lora.scaled, up.lora.b) : [-1,8]
                    up.out = AddV2(up.out.base, up.out.lora) : [-1,8]
                    y = Neg(up.out) : [-1,8]
                    """);
    }

    @Test
    void a_transposed_product_is_declined() {
        assertThat(adapt(head))
                .on("""
                    x = Placeholder [-1,8]
                    head = Variable [10,8]
                    head.out = MatMul(x, head) transpose_b
                    """)
                .declines("head.out multiplies with the transposed head; adapters are supported only for x · W");
    }

    @Test
    void another_matrix_is_left_alone() {
        assertThat(adapt(up)).on("""
                    x = Placeholder [-1,6]
                    down = Variable [6,8]
                    down.out = MatMul(x, down)
                    """).leavesAlone();
    }

    @Test
    void adapters_stand_beside_codes_and_factors_in_a_whole_model() {
        Compression diet = Compression.keepAll()
                .on(everything())
                .quantize(int8())
                .on(attention())
                .quantize(int4(4), lora(2))
                .on(feedForward())
                .factorise(rank(3), int8(), lora(2).stabilised());
        Plan plan = Plan.of(Models.llama(1), diet);
        GraphDef graph =
                Surgeon.operate(Blueprint.scoring(Models.llama(1)), plan).graph();

        assertThat(graph).isGolden("llama-mini.scoring.adapted.graph");
        assertThat(Surgeon.operate(graph, plan).graph()).isSameAs(graph);
    }

    @Test
    void an_adapted_graph_may_lose_bits_later() {
        Compression adapted = Compression.keepAll().on(linears()).adapt(lora(2));
        Plan first = Plan.of(Models.gpt2(1), adapted);
        GraphDef once =
                Surgeon.operate(Blueprint.scoring(Models.gpt2(1)), first).graph();
        Plan second =
                Plan.of(Models.gpt2(1), Compression.keepAll().on(linears()).quantize(int8(), lora(2)));

        var result = Surgeon.operate(once, second);

        assertThat(result.graph())
                .isEqualTo(Surgeon.operate(Blueprint.scoring(Models.gpt2(1)), second)
                        .graph());
        assertThat(result.outcomes()).anyMatch(outcome -> outcome.change() == Change.CUT);
    }
}
