package dev.lancet.runtime.text.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClassificationTest {

    /** For these rows scikit-learn 1.9.1 has accuracy_score 0.5 and f1_score(average="macro") 0.38888888888888884. */
    private static final List<Integer> RIGHT = List.of(0, 0, 1, 1, 2, 2);

    private static final List<Integer> PREDICTED = List.of(0, 1, 1, 1, 0, 1);

    @Test
    void accuracy_and_macro_f1_are_those_of_their_definitions() {
        Classification all = Classification.of(3, RIGHT, PREDICTED, 1);

        assertThat(all.accuracy()).isEqualTo(0.5);
        assertThat(all.macroF1()).isCloseTo(0.38888888888888884, within(1e-12));
        assertThat(all.majority()).isCloseTo(1.0 / 3, within(1e-12));
        assertThat(all.confusion()).containsExactly(List.of(1, 1, 0, 0), List.of(0, 2, 0, 0), List.of(1, 1, 0, 0));
    }

    @Test
    void a_row_without_a_prediction_is_wrong_and_counted() {
        Classification all = Classification.of(2, List.of(0, 0, 1, 1), List.of(0, Classification.NONE, 1, 1), 1);

        assertThat(all.accuracy()).isEqualTo(0.75);
        assertThat(all.unparsed()).isEqualTo(1);
        assertThat(all.macroF1()).isCloseTo((2.0 / 3 + 1) / 2, within(1e-12));
    }

    @Test
    void a_label_that_is_never_right_nor_predicted_does_not_count_in_macro_f1() {
        assertThat(Classification.of(3, List.of(0, 1), List.of(0, 1), 1).macroF1())
                .isEqualTo(1);
    }

    @Test
    void the_interval_is_near_that_of_the_normal_distribution_and_depends_on_the_seed_alone() {
        List<Integer> right = new ArrayList<>();
        List<Integer> predicted = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            right.add(i % 2);
            predicted.add(i % 5 == 0 ? 1 - i % 2 : i % 2);
        }
        Classification all = Classification.of(2, right, predicted, 7);

        double half = 1.96 * Math.sqrt(0.8 * 0.2 / 1000);
        assertThat(all.interval().low()).isCloseTo(0.8 - half, within(0.005));
        assertThat(all.interval().high()).isCloseTo(0.8 + half, within(0.005));
        assertThat(Classification.of(2, right, predicted, 7)).isEqualTo(all);
        assertThat(Classification.of(2, right, predicted, 8)).isNotEqualTo(all);
    }
}
