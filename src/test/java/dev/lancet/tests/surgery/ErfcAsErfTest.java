package dev.lancet.tests.surgery;

import static dev.lancet.assertj.LancetAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lancet.surgery.Surgeon;
import dev.lancet.surgery.graph.GraphText;
import dev.lancet.surgery.rule.ErfcAsErf;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.tensorflow.Tensor;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.GraphDef;

class ErfcAsErfTest {

    private static final String BEFORE = """
            x = Placeholder [-1,6]
            y = Erfc(x) : [-1,6]
            z = Neg(y) : [-1,6]
            """;

    @Test
    void what_is_left_of_the_error_function_is_one_minus_it() {
        assertThat(new ErfcAsErf()).on(BEFORE).becomes("""
                x = Placeholder [-1,6]
                y.erf = Erf(x) : [-1,6]
                y.one = Const 1.0
                y = Sub(y.one, y.erf) : [-1,6]
                z = Neg(y) : [-1,6]
                """);
    }

    @Test
    void a_graph_that_does_not_say_its_shapes_is_cut_too() {
        assertThat(new ErfcAsErf()).on("""
                x = Placeholder []
                y = Erfc(x)
                """).becomes("""
                x = Placeholder []
                y.erf = Erf(x)
                y.one = Const 1.0
                y = Sub(y.one, y.erf)
                """);
    }

    @Test
    void other_types_than_float_are_declined() {
        assertThat(new ErfcAsErf()).on("""
                x = Placeholder double [6]
                y = Erfc(x) T=double : [6]
                """).declines("y does not compute in float; only Erfc of floats is rewritten");
    }

    @Test
    void the_error_function_itself_is_left_alone() {
        assertThat(new ErfcAsErf()).on("""
                x = Placeholder [6]
                y = Erf(x) : [6]
                """).leavesAlone();
    }

    @Test
    void the_numbers_stay() {
        GraphDef before = typed(GraphText.parse(BEFORE));
        GraphDef after = Surgeon.rewrite(before, new ErfcAsErf()).graph();
        float[] x = new float[600];
        for (int i = 0; i < x.length; i++) {
            x[i] = (i - 300) / 50f;
        }
        try (Tensor in = Running.floats(x, 100, 6);
                Running one = new Running(before, Map.of());
                Running other = new Running(after, Map.of())) {
            assertThat(other.floats(Map.of("x", in), "z"))
                    .containsExactly(one.floats(Map.of("x", in), "z"), within(5e-7f));
        }
    }

    private static GraphDef typed(GraphDef graph) {
        GraphDef.Builder typed = graph.toBuilder();
        typed.getNodeBuilderList().stream()
                .filter(node -> node.getInputCount() > 0)
                .forEach(node -> node.putAttr("T", dev.lancet.surgery.graph.Attributes.of(DataType.DT_FLOAT)));
        return typed.build();
    }
}
