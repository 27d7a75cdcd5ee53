package dev.lancet.runtime.calibration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lancet.dsl.LancetException;
import dev.lancet.runtime.train.graph.Examples;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CalibrationDataTest {

    private static Examples rows(int count) {
        return Examples.of(
                "x", IntStream.range(0, count).mapToObj(i -> new int[] {i}).toArray(int[][]::new));
    }

    @Test
    void rows_are_drawn_without_repetition_and_a_quarter_is_held_out() {
        CalibrationData data = CalibrationData.draw(rows(40), 128, 3);
        int[] used = data.calibration().ids("x");
        int[] held = data.heldOut().ids("x");
        assertThat(used).hasSize(30);
        assertThat(held).hasSize(10);
        assertThat(IntStream.concat(Arrays.stream(used), Arrays.stream(held)))
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, 40).boxed().toList());
    }

    @Test
    void a_seed_draws_the_same_rows_again_and_another_seed_others() {
        assertThat(CalibrationData.draw(rows(40), 8, 3).calibration().ids("x"))
                .hasSize(8)
                .isEqualTo(CalibrationData.draw(rows(40), 8, 3).calibration().ids("x"))
                .isNotEqualTo(CalibrationData.draw(rows(40), 8, 4).calibration().ids("x"));
    }

    @Test
    void no_more_than_sixty_four_rows_are_held_out() {
        assertThat(CalibrationData.draw(rows(1_000), 128, 0).heldOut().count()).isEqualTo(64);
    }

    @Test
    void a_single_row_is_too_few() {
        assertThatThrownBy(() -> CalibrationData.draw(rows(1), 128, 0))
                .isInstanceOf(LancetException.class)
                .hasMessage("calibrate: there is 1 row; at least 2 are needed, one to calibrate on and one to measure"
                        + " the result; 128 or more are better");
        assertThatThrownBy(() -> CalibrationData.draw(rows(9), 0, 0))
                .isInstanceOf(LancetException.class)
                .hasMessage("calibrate: 0 samples; use at least 1");
    }

    @Test
    void a_text_is_cut_into_windows_and_a_rest_is_dropped() {
        Examples windows = CalibrationData.windows(new int[] {1, 2, 3, 4, 5, 6, 7}, 3);
        assertThat(windows.count()).isEqualTo(2);
        assertThat(windows.ids(RunningModel.IDS)).containsExactly(1, 2, 3, 4, 5, 6);
    }

    @Test
    void a_text_shorter_than_a_window_and_a_window_of_one_token_are_refused() {
        assertThatThrownBy(() -> CalibrationData.windows(new int[5], 8))
                .isInstanceOf(LancetException.class)
                .hasMessage("calibrate: the text has 5 tokens, a window has 8; give a longer text, or a shorter window"
                        + " of at least 2 with --window");
        assertThatThrownBy(() -> CalibrationData.windows(new int[5], 1)).isInstanceOf(LancetException.class);
    }
}
