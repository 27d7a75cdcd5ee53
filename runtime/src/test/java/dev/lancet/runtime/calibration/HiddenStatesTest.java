package dev.lancet.runtime.calibration;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HiddenStatesTest {

    @ParameterizedTest
    @ValueSource(longs = {Long.MAX_VALUE, 0})
    void batches_come_back_from_memory_and_from_a_file_also_after_they_were_replaced(long memory) {
        try (HiddenStates states = HiddenStates.of(3, 5, memory)) {
            states.write(0, new float[] {1, 2, 3, 4, 5});
            states.write(1, new float[] {6, Float.MIN_VALUE, -0f, 7, 8});
            states.write(2, new float[] {9, 10});
            states.write(1, new float[] {11, 12, 13, 14, Float.MAX_VALUE});
            assertThat(states.read(0)).containsExactly(1, 2, 3, 4, 5);
            assertThat(states.read(1)).containsExactly(11, 12, 13, 14, Float.MAX_VALUE);
            assertThat(states.read(2)).containsExactly(9, 10);
        }
    }
}
