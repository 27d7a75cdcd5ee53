package dev.lancet.tests.gradient;

import static dev.lancet.assertj.LancetAssertions.assertThat;
import static dev.lancet.dsl.Attention.heads;
import static dev.lancet.dsl.FeedForward.geluTanh;
import static dev.lancet.dsl.FeedForward.swiglu;
import static dev.lancet.tests.gradient.Course.assertClose;
import static dev.lancet.tests.gradient.Course.only;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lancet.dsl.Norm;
import dev.lancet.dsl.Position;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.TransformerBuilder;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.surgery.graph.GraphBuilder;
import dev.lancet.surgery.graph.Ops;
import dev.lancet.surgery.graph.TensorType;
import dev.lancet.surgery.graph.Value;
import dev.lancet.surgery.pass.Pass;
import dev.lancet.surgery.pass.Passes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;

/** A long sum that is cut into short ones is the same sum. */
class ShortSumsTest {

    private static final Passes SHORT = only(Pass.SHORT_SUMS);

    static Stream<Transformer> models() {
        return Stream.of(
                wide("gpt")
                        .attention(heads(2).bias())
                        .feedForward(geluTanh(96).bias(true))
                        .norm(Norm.layerNorm(1e-5))
                        .position(Position.learned())
                        .build(),
                llama());
    }

    @ParameterizedTest
    @MethodSource("models")
    void fifty_steps_go_the_same_way(Transformer model) {
        Course course = new Course(model, Plan.dense(model), 4, 24);
        List<Double> plain = course.losses(only());
        assertThat(plain.get(Course.STEPS - 1)).isLessThan(0.9 * plain.get(0));
        assertThat(slices(course.step(SHORT))).isGreaterThanOrEqualTo(9);
        assertClose(course.losses(SHORT), plain, "short sums", 1e-4);
        assertClose(course.losses(only(Pass.SHORT_SUMS, Pass.COMPILED)), plain, "compiled", 1e-4);
    }

    @Test
    void short_sums_are_golden() {
        Transformer model = llama();
        Course course = new Course(model, Plan.dense(model), 4, 24);
        assertThat(course.step(SHORT)).isGoldenDifference(course.step(only()), "passes/llama.short-sums.diff");
    }

    @Property(tries = 60)
    void sums_and_means_over_either_axis_are_the_same(
            @ForAll @IntRange(min = 1, max = 200) int rows,
            @ForAll @IntRange(min = 1, max = 200) int width,
            @ForAll @IntRange(min = -2, max = 1) int axis,
            @ForAll boolean mean,
            @ForAll boolean keep) {
        GraphDef graph = reduced(mean ? "Mean" : "Sum", rows, width, keep, axis);
        double[] wanted = value(graph);
        double[] got = value(SHORT.finished(graph));
        assertThat(got).hasSameSizeAs(wanted);
        for (int i = 0; i < wanted.length; i++) {
            assertThat(got[i]).isCloseTo(wanted[i], within(1e-4));
        }
    }

    @Test
    void what_is_left_to_sum_has_at_most_32_numbers_where_32_slices_are_enough() {
        assertThat(slices(32)).isZero();
        assertThat(slices(33)).isEqualTo(3);
        assertThat(slices(64)).isEqualTo(2);
        assertThat(slices(70)).isEqualTo(5);
        assertThat(slices(768)).isEqualTo(24);
        assertThat(slices(1024)).isEqualTo(32);
        assertThat(slices(4096)).isEqualTo(32);
    }

    @Test
    void a_length_that_nothing_divides_a_sum_over_two_axes_and_one_of_whole_numbers_stay() {
        assertThat(slices(97)).isZero();
        GraphDef both = reduced("Sum", 64, 64, false, 0, 1);
        assertThat(SHORT.finished(both)).isEqualTo(both);
        GraphDef whole = reduced("Sum", DataType.DT_INT32, 64, 64, false, 1);
        assertThat(SHORT.finished(whole)).isEqualTo(whole);
    }

    @Test
    void without_compilation_nothing_is_made_for_it() {
        Passes all = Passes.of(8, 2, false, Set.of());
        assertThat(all.does(Pass.SHORT_SUMS)).isTrue();
        assertThat(all.does(Pass.SINGLE_RESULTS)).isTrue();
        for (Passes none : List.of(all.without(Set.of(Pass.COMPILED)), Passes.of(8, 2, false, Set.of(Pass.COMPILED)))) {
            assertThat(none.does(Pass.SHORT_SUMS)).isFalse();
            assertThat(none.does(Pass.SINGLE_RESULTS)).isFalse();
        }
    }

    private static long slices(int width) {
        return slices(SHORT.finished(reduced("Sum", 2, width, true, 1)));
    }

    private static long slices(GraphDef graph) {
        return graph.getLibrary().getFunctionList().stream()
                .flatMap(function -> function.getNodeDefList().stream())
                .map(NodeDef::getName)
                .filter(name -> name.matches(".*\\.part\\.\\d+"))
                .count();
    }

    private static GraphDef reduced(String op, int rows, int width, boolean keep, int... axes) {
        return reduced(op, DataType.DT_FLOAT, rows, width, keep, axes);
    }

    private static GraphDef reduced(String op, DataType type, int rows, int width, boolean keep, int... axes) {
        GraphBuilder body = GraphBuilder.function("reduced");
        Ops ops = new Ops(body);
        Value x = body.argument("x", TensorType.of(type, rows, width));
        List<Long> dims = new ArrayList<>();
        for (int axis = 0; axis < 2; axis++) {
            boolean gone = false;
            for (int summed : axes) {
                gone |= Math.floorMod(summed, 2) == axis;
            }
            if (keep || !gone) {
                dims.add(gone ? 1 : x.dim(axis));
            }
        }
        body.result("y", ops.reduce("y", op, ops.mul("doubled", x, x), ops.ints("axes", axes), keep, dims));
        GraphBuilder builder = GraphBuilder.graph();
        Value fed = builder.variable("x", TensorType.of(type, rows, width));
        builder.call("y", builder.define(body), List.of(fed));
        return builder.toGraph();
    }

    private static double[] value(GraphDef graph) {
        try (Trial trial = new Trial(graph)) {
            trial.fill(1);
            return trial.fetch("y");
        }
    }

    private static Transformer llama() {
        return wide("llama").attention(heads(2)).feedForward(swiglu(96)).build();
    }

    private static TransformerBuilder wide(String name) {
        return Transformer.decoder(name).vocabulary(211).context(24).width(64).layers(1);
    }
}
