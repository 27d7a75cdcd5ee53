package dev.lancet.tests.gradient;

import static dev.lancet.assertj.LancetAssertions.assertThat;
import static dev.lancet.dsl.Attention.heads;
import static dev.lancet.dsl.FeedForward.swiglu;
import static dev.lancet.dsl.Rank.rank;
import static dev.lancet.dsl.Selector.linears;
import static dev.lancet.tests.gradient.Course.assertClose;
import static dev.lancet.tests.gradient.Course.only;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lancet.dsl.Compression;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.surgery.graph.GraphBuilder;
import dev.lancet.surgery.graph.Ops;
import dev.lancet.surgery.graph.TensorType;
import dev.lancet.surgery.graph.Value;
import dev.lancet.surgery.pass.Pass;
import dev.lancet.surgery.pass.Passes;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;

/** A product with a matrix that lies otherwise is the same product. */
class MatrixLayoutTest {

    private static final Passes LAID = only(Pass.MATRIX_LAYOUT);

    private static final Transformer MODEL = Transformer.decoder("llama")
            .vocabulary(53)
            .context(64)
            .width(320)
            .layers(1)
            .attention(heads(4))
            .feedForward(swiglu(1024))
            .build();

    private static final Course COURSE =
            new Course(MODEL, Plan.of(MODEL, Compression.keepAll().on(linears()).factorise(rank(128))), 4, 64);

    @Test
    @Tag("slow")
    void fifty_steps_go_the_same_way() {
        List<Double> plain = COURSE.float64Losses(only());
        assertThat(plain.get(Course.STEPS - 1)).isLessThan(0.9 * plain.get(0));
        assertClose(COURSE.float64Losses(LAID), plain, "laid", 1e-4);
    }

    @Test
    void a_step_with_matrices_laid_otherwise_is_golden() {
        assertThat(COURSE.step(LAID)).isGoldenDifference(COURSE.step(only()), "passes/llama.matrix-layout.diff");
    }

    @Test
    void the_wide_factors_of_a_feed_forward_layer_are_multiplied_otherwise_and_nothing_else() {
        assertThat(COURSE.step(LAID).getNodeList())
                .extracting(NodeDef::getName)
                .filteredOn(name -> name.endsWith(".transposed"))
                .containsExactlyInAnyOrder(
                        "h.0.mlp.gate.out.transposed",
                        "h.0.mlp.up.out.transposed",
                        "h.0.mlp.down.out.left.back.1.transposed");
    }

    @Property(tries = 10)
    void products_and_gradients_are_the_same(
            @ForAll @IntRange(min = 256, max = 512) int rows,
            @ForAll @IntRange(min = 128, max = 384) int narrow,
            @ForAll @IntRange(min = 1, max = 2) int thousands,
            @ForAll boolean gradient) {
        GraphBuilder builder = GraphBuilder.graph();
        int wide = 1024 * thousands;
        Value a = builder.variable("a", TensorType.of(DataType.DT_FLOAT, rows, gradient ? wide : narrow));
        Value b = builder.variable(
                "b", TensorType.of(DataType.DT_FLOAT, gradient ? rows : narrow, gradient ? narrow : wide));
        new Ops(builder).matmul("y", a, gradient, b, false);
        GraphDef graph = builder.toGraph();
        GraphDef laid = LAID.gradients(graph, graph);
        assertThat(laid).isNotEqualTo(graph);
        double[] wanted = value(graph);
        double[] got = value(laid);
        assertThat(got).hasSameSizeAs(wanted);
        double furthest = IntStream.range(0, wanted.length)
                .mapToDouble(i -> Math.abs(got[i] - wanted[i]))
                .max()
                .orElseThrow();
        assertThat(furthest).isLessThan(1e-4);
    }

    @Test
    void what_xla_compiles_as_one_is_left_to_it() {
        assertThat(Passes.of(4, 2, false, Set.of()).does(Pass.MATRIX_LAYOUT)).isTrue();
        assertThat(Passes.of(4, 2, false, Set.of()).and(Pass.WHOLE_STEP).does(Pass.MATRIX_LAYOUT))
                .isFalse();
    }

    private static double[] value(GraphDef graph) {
        try (Trial trial = new Trial(graph)) {
            trial.fill(1);
            return trial.fetch("y");
        }
    }
}
