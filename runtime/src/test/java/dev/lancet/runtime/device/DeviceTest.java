package dev.lancet.runtime.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.lancet.dsl.LancetException;
import org.junit.jupiter.api.Test;

class DeviceTest {

    @Test
    void a_device_is_read_as_it_is_written() {
        assertThat(Device.named("gpu")).isEqualTo(Device.gpu(0)).hasToString("gpu:0");
        assertThat(Device.named("GPU:3")).isEqualTo(Device.gpu(3)).hasToString("gpu:3");
        assertThat(Device.named("cpu")).isEqualTo(Device.cpu()).hasToString("cpu");
        assertThat(Device.named("auto")).isEqualTo(Device.auto()).hasToString("auto");
        assertThatThrownBy(() -> Device.named("tpu")).hasMessage("device: tpu; it is cpu, gpu, gpu:1 or auto");
        assertThatThrownBy(() -> Device.named("gpu:x")).hasMessageContaining("gpu:x");
    }

    @Test
    void a_share_of_memory_is_of_a_gpu_and_between_none_and_all() {
        assertThat(Device.gpu(1).memory(0.25).share()).isEqualTo(0.25);
        assertThatThrownBy(() -> Device.gpu(0).memory(0)).hasMessageContaining("gpu-memory: 0.0");
        assertThatThrownBy(() -> Device.gpu(0).memory(1.5)).hasMessageContaining("gpu-memory: 1.5");
        assertThatThrownBy(() -> Device.cpu().memory(0.5)).hasMessageContaining("use gpu");
    }

    @Test
    void the_processor_always_exists() {
        assertThat(Device.cpu().resolve()).isEqualTo(ResolvedDevice.cpu()).hasToString("cpu");
    }

    @Test
    void without_the_gpu_natives_auto_is_the_processor_and_a_gpu_an_error() {
        assumeThat(Cuda.built())
                .as("TensorFlow's GPU natives are on the class path")
                .isFalse();

        assertThat(Device.auto().resolve()).isEqualTo(ResolvedDevice.cpu());
        assertThatThrownBy(() -> Device.gpu(0).resolve())
                .isInstanceOf(LancetException.class)
                .hasMessageStartingWith("device: gpu:0; TensorFlow")
                .hasMessageContaining("GPU natives");
    }
}
