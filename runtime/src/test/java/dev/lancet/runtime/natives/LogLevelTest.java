package dev.lancet.runtime.natives;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LogLevelTest {

    @Test
    void without_the_variable_only_errors_are_asked_for() {
        assertThat(LogLevel.of(Optional.empty())).isEqualTo(LogLevel.ERRORS);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "1, 1",
        "2, 2",
        "3, 3",
        "4, 3",
        "-1, 0",
        "' 1', 1",
        "1x, 1",
        "'', 0",
        "warning, 0",
        "99999999999, 3"
    })
    void the_variable_is_read_as_tensorflow_reads_it(String value, int number) {
        assertThat(LogLevel.of(Optional.of(value))).isEqualTo(new LogLevel(number));
    }
}
