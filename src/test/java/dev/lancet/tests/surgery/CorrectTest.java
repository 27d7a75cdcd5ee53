package dev.lancet.tests.surgery;

import static dev.lancet.Lancet.correction;
import static dev.lancet.Lancet.lora;
import static dev.lancet.assertj.LancetAssertions.assertThat;
import static dev.lancet.dsl.Precision.bfloat16;
import static dev.lancet.dsl.Precision.int4;
import static dev.lancet.dsl.Precision.int8;
import static dev.lancet.dsl.Selector.attention;
import static dev.lancet.dsl.Selector.linears;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lancet.dsl.Compression;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Role;
import dev.lancet.dsl.Weight;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.surgery.Blueprint;
import dev.lancet.surgery.Surgeon;
import dev.lancet.surgery.SurgeryResult.Change;
import dev.lancet.surgery.graph.GraphBuilder;
import dev.lancet.surgery.graph.Ops;
import dev.lancet.surgery.graph.TensorType;
import dev.lancet.surgery.graph.Value;
import dev.lancet.surgery.rule.CorrectMatMul;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.Tensor;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.GraphDef;

/** Layers that get a correction of what rounding loses. */
class CorrectTest {

    private static final String PRODUCT = """
            x = Placeholder [-1,6]
            up = Variable [6,8]
            up.out = MatMul(x, up) : [-1,8]
            y = Neg(up.out) : [-1,8]
            """;

    private final CorrectMatMul rule = new CorrectMatMul(new Weight("up", Role.UP, 0, 6, 8), 2);

    @Test
    void a_product_gets_two_narrow_ones_beside_it() {
        assertThat(rule).on(PRODUCT).becomes("""
                x = Placeholder [-1,6]
                up = Variable [6,8]
                up.out.rounded = MatMul(x, up) : [-1,8]
                up.correction.a = Variable [6,2]
                up.correction.b = Variable [2,8]
                up.out.narrow = MatMul(x, up.correction.a) : [-1,2]
                up.out.correction = MatMul(up.out.narrow, up.correction.b) : [-1,8]
                up.out = AddV2(up.out.rounded, up.out.correction) : [-1,8]
                y = Neg(up.out) : [-1,8]
                """);
    }

    @Test
    void a_transposed_product_gets_them_in_the_other_order() {
        assertThat(rule).on("""
                x = Placeholder [-1,8]
                up = Variable [6,8]
                up.out = MatMul(x, up) transpose_b : [-1,6]
                """).becomes("""
                x = Placeholder [-1,8]
                up = Variable [6,8]
                up.out.rounded = MatMul(x, up) transpose_b : [-1,6]
                up.correction.a = Variable [6,2]
                up.correction.b = Variable [2,8]
                up.out.narrow = MatMul(x, up.correction.b) transpose_b : [-1,2]
                up.out.correction = MatMul(up.out.narrow, up.correction.a) transpose_b : [-1,6]
                up.out = AddV2(up.out.rounded, up.out.correction) : [-1,6]
                """);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void the_product_is_that_with_the_matrix_and_its_correction(boolean transposed) {
        int inputs = transposed ? 8 : 6;
        int outputs = transposed ? 6 : 8;
        GraphBuilder builder = GraphBuilder.graph();
        Value in = builder.placeholder("x", TensorType.of(DataType.DT_FLOAT, -1, inputs));
        Value up = builder.variable("up", TensorType.of(DataType.DT_FLOAT, 6, 8));
        new Ops(builder).matmul("y", in, false, up, transposed);
        GraphDef graph = Surgeon.rewrite(builder.toGraph(), rule).graph();
        float[] x = random(3 * inputs, 1);
        float[] w = random(6 * 8, 2);
        float[] a = random(6 * 2, 3);
        float[] b = random(2 * 8, 4);

        float[] y;
        try (Running running = new Running(graph, Map.of("up", w, "up.correction.a", a, "up.correction.b", b));
                Tensor fed = Running.floats(x, 3, inputs)) {
            y = running.floats(Map.of("x", fed), "y");
        }

        for (int n = 0; n < 3; n++) {
            for (int o = 0; o < outputs; o++) {
                double sum = 0;
                for (int i = 0; i < inputs; i++) {
                    int row = transposed ? o : i;
                    int column = transposed ? i : o;
                    double restored = (double) a[2 * row] * b[column] + (double) a[2 * row + 1] * b[8 + column];
                    sum += x[n * inputs + i] * (w[8 * row + column] + restored);
                }
                assertThat((double) y[n * outputs + o]).isCloseTo(sum, within(1e-5));
            }
        }
    }

    private static float[] random(int count, long seed) {
        Random random = new Random(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = random.nextFloat() - 0.5f;
        }
        return values;
    }

    @Test
    void a_product_that_transposes_its_input_is_declined() {
        assertThat(rule)
                .on(PRODUCT.replace("MatMul(x, up)", "MatMul(x, up) transpose_a")
                        .replace("[-1,6]", "[6,5]"))
                .declines("up.out transposes its input; only x · W and x · Wᵀ are treated");
        assertThat(rule).hasToString("correct up with rank 2");
    }

    @Test
    void another_matrix_is_left_alone() {
        assertThat(rule)
                .on(PRODUCT.replace("up = Variable", "down = Variable").replace("MatMul(x, up)", "MatMul(x, down)"))
                .leavesAlone();
    }

    @Test
    void corrections_stand_beside_codes_and_adapters_in_a_whole_model() {
        Compression diet = Compression.keepAll()
                .on(linears())
                .quantize(int4(4), correction(2))
                .on(attention())
                .quantize(int8(), correction(3).storedIn(bfloat16()), lora(2));
        Plan plan = Plan.of(Models.llama(1), diet);
        GraphDef graph =
                Surgeon.operate(Blueprint.scoring(Models.llama(1)), plan).graph();

        assertThat(graph).isGolden("llama-mini.scoring.corrected.graph");
        var again = Surgeon.operate(graph, plan);
        assertThat(again.graph()).isSameAs(graph);
        assertThat(again.outcomes()).noneMatch(outcome -> outcome.change() == Change.CUT);
    }

    @Test
    void a_graph_with_a_correction_is_not_taken_for_one_without() {
        Plan plain = Plan.of(Models.gpt2(1), Compression.keepAll().on(linears()).quantize(int4(4)));
        Plan plan = Plan.of(Models.gpt2(1), Compression.keepAll().on(linears()).quantize(int4(4), correction(2)));
        GraphDef graph =
                Surgeon.operate(Blueprint.scoring(Models.gpt2(1)), plan).graph();

        assertThatThrownBy(() -> Surgeon.operate(graph, plain))
                .isInstanceOf(LancetException.class)
                .hasMessageStartingWith(
                        "surgery: h.0.attn.q already has a correction in the graph, but not in the plan");
    }
}
