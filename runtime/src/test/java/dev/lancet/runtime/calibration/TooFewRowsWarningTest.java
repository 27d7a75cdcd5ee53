package dev.lancet.runtime.calibration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lancet.compression.calibration.GramMatrices;
import dev.lancet.compression.calibration.GramMatrix;
import dev.lancet.dsl.Precision;
import dev.lancet.dsl.Role;
import dev.lancet.dsl.Weight;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Step;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TooFewRowsWarningTest {

    private static final Weight UP = new Weight("up", Role.UP, 0, 4, 9);
    private static final Weight DOWN = new Weight("down", Role.DOWN, 0, 9, 4);
    private static final Plan DENSE = Plan.dense("one", List.of(UP, DOWN));
    private static final Plan INT4 = DENSE.with(Step.quantize(UP, Precision.int4(4), "test"))
            .with(Step.quantize(DOWN, Precision.int4(4), "test"));

    private static GramMatrices grams(int rows) {
        return GramMatrices.of(
                Map.of("up", GramMatrix.of(4, rows, new double[16]), "down", GramMatrix.of(9, rows, new double[81])));
    }

    @Test
    void a_layer_with_fewer_rows_than_inputs_is_named_with_both_numbers() {
        assertThat(TooFewRowsWarning.of(INT4, grams(5)))
                .contains("calibrate: 5 rows for 9 inputs of down; at least 9 are wanted, so damping decides a part of"
                        + " the result; give more data or a larger --samples");
    }

    @Test
    void the_worst_of_several_layers_is_named_and_the_others_are_counted() {
        assertThat(TooFewRowsWarning.of(INT4, grams(3)).orElseThrow())
                .startsWith("calibrate: 3 rows for 9 inputs of down, and also too few for 1 other layer;");
    }

    @Test
    void enough_rows_and_layers_that_stay_as_they_are_need_no_warning() {
        assertThat(TooFewRowsWarning.of(INT4, grams(9))).isEmpty();
        assertThat(TooFewRowsWarning.of(DENSE, grams(1))).isEmpty();
        assertThat(TooFewRowsWarning.of(INT4, GramMatrices.none())).isEmpty();
    }
}
