package dev.lancet.runtime.natives;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import org.bytedeco.javacpp.IntPointer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NativeLogTest {

    @BeforeEach
    void load() {
        assumeTrue(System.getProperty("os.name").equals("Linux"), "Abseil's level is set on Linux only");
        TensorFlowLibrary.load();
    }

    @ParameterizedTest
    @ValueSource(strings = {"libtensorflow_cc.so.2", "libtensorflow_framework.so.2"})
    void abseil_has_the_level_of_the_environment_in_each_library(String library) throws IOException {
        assertThat(NativeLog.level(library))
                .map(IntPointer::get)
                .contains(LogLevel.asked().number());
    }

    @ParameterizedTest
    @ValueSource(strings = {"libtensorflow_cc.so.3", "libc.so.6"})
    void a_library_that_is_not_there_or_has_no_such_level_is_left_alone(String library) throws IOException {
        assertThat(NativeLog.level(library)).isEmpty();
    }
}
