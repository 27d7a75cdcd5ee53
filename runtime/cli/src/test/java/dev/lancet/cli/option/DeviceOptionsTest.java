package dev.lancet.cli.option;

import static dev.lancet.cli.Ran.lancet;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.lancet.cli.Ran;
import dev.lancet.runtime.device.Cuda;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DeviceOptionsTest {

    private static final String MODEL = "../../src/test/resources/fixtures/stories260K-hf";

    @Test
    void the_processor_can_be_chosen_and_is_what_auto_is_without_gpu_natives() {
        assumeThat(Cuda.built())
                .as("TensorFlow's GPU natives are on the class path")
                .isFalse();

        assertThat(lancet("bench", "generate", "--steps", "2", "--quiet", "--device", "cpu")
                        .out())
                .containsPattern("device +cpu\n");
        assertThat(lancet("bench", "generate", "--steps", "2", "--quiet").out()).containsPattern("device +cpu\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "bench train --quiet --device gpu",
                "bench generate --quiet --device gpu",
                "generate " + MODEL + " --prompt Once --device gpu",
                "evaluate " + MODEL + " --text ../../README.md --device gpu",
                "run ../../samples/quickstart.lancet.kts --device gpu",
                "train ../../samples/quickstart.lancet.kts --candidate dense --out target/no-gpu --device gpu",
            })
    void a_missing_gpu_is_an_error_instead_of_a_run_on_the_processor(String line) {
        assumeThat(Cuda.built())
                .as("TensorFlow's GPU natives are on the class path")
                .isFalse();

        Ran ran = lancet(line.split(" "));

        assertThat(ran.status()).isEqualTo(1);
        assertThat(ran.out()).isEmpty();
        assertThat(ran.err())
                .startsWith("error: device: gpu:0; ")
                .contains("GPU natives")
                .hasLineCount(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "bench train --device tpu | --device: tpu; it is cpu, gpu, gpu:1 or auto",
                "bench generate --device gpu --gpu-memory 2 | --gpu-memory: 2.0; it must be above 0 and at most 1, such as 0.5",
                "bench train --device cpu --gpu-memory 0.5 | --gpu-memory: 0.5; the device is cpu; use gpu or auto",
            })
    void wrong_usage_is_one_line(String line, String message) {
        assertThat(lancet(line.split(" "))).isEqualTo(new Ran(2, "", "error: " + message + "\n"));
    }
}
