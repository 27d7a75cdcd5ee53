package dev.lancet.tests.gradient;

import static dev.lancet.assertj.LancetAssertions.assertThat;
import static dev.lancet.dsl.Attention.heads;
import static dev.lancet.dsl.FeedForward.swiglu;
import static dev.lancet.tests.gradient.Course.assertClose;
import static dev.lancet.tests.gradient.Course.only;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lancet.dsl.Attention;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.surgery.pass.Pass;
import dev.lancet.surgery.pass.Passes;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;

/** Attention that leaves out what causality hides attends to the same. */
class CausalTilesTest {

    private static final int LENGTH = 256;

    static Stream<Attention> attentions() {
        return Stream.of(heads(2), heads(4).kv(2), heads(2).window(100));
    }

    @ParameterizedTest
    @MethodSource("attentions")
    void fifty_steps_go_the_same_way(Attention attention) {
        Course course = course(attention, LENGTH);
        List<Double> plain = course.losses(only());
        assertThat(plain.get(Course.STEPS - 1)).isLessThan(0.9 * plain.get(0));
        assertClose(course.losses(only(Pass.CAUSAL_TILES)), plain, "tiles", 1e-4);
        assertClose(course.losses(Passes.of(2, 2, false, Set.of())), plain, "all", 1e-4);
    }

    @Test
    void fifty_steps_in_mixed_precision_stay_near() {
        Course course = course(heads(2), LENGTH);
        assertClose(course.losses(Passes.of(2, 2, true, Set.of())), course.losses(only()), "mixed", 0.06);
    }

    @Test
    void tiles_are_golden() {
        Course course = course(heads(2), LENGTH);
        assertThat(course.step(only(Pass.CAUSAL_TILES, Pass.SOFTMAX_GRADIENT)))
                .isGoldenDifference(course.step(only()), "passes/llama.causal-tiles.diff");
    }

    @Test
    void tiles_of_grouped_heads_are_golden() {
        Course course = course(heads(4).kv(2), LENGTH);
        assertThat(course.step(only(Pass.CAUSAL_TILES)))
                .isGoldenDifference(course.step(only()), "passes/llama.causal-tiles.grouped.diff");
    }

    @Test
    void there_are_as_many_tiles_of_at_least_128_as_divide_the_sequence_but_not_more_than_four() {
        assertThat(tiles(128)).isZero();
        assertThat(tiles(256)).isEqualTo(2);
        assertThat(tiles(384)).isEqualTo(3);
        assertThat(tiles(500)).isEqualTo(2);
        assertThat(tiles(1024)).isEqualTo(4);
    }

    @Test
    void a_short_sequence_stays_as_it_is() {
        Course course = course(heads(2), 128);
        assertThat(course.step(only(Pass.CAUSAL_TILES))).isEqualTo(course.step(only()));
    }

    private static long tiles(int length) {
        GraphDef step = course(heads(2), length).step(only(Pass.CAUSAL_TILES));
        return step.getNodeList().stream()
                .map(NodeDef::getName)
                .filter(name -> name.matches("h\\.0\\.attn\\.probabilities\\.tile\\.\\d+"))
                .count();
    }

    private static Course course(Attention attention, int length) {
        Transformer model = Transformer.decoder("llama")
                .vocabulary(11)
                .context(length)
                .width(8)
                .layers(1)
                .attention(attention)
                .feedForward(swiglu(12))
                .build();
        return new Course(model, Plan.dense(model), 2, length);
    }
}
