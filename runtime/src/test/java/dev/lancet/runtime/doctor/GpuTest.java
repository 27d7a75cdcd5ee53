package dev.lancet.runtime.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class GpuTest {

    @Test
    void a_line_of_nvidia_smi_is_a_card() {
        assertThat(Gpu.read("NVIDIA H200, 9.0, 143771, 580.65.06"))
                .containsExactly(new Gpu("NVIDIA H200", "9.0", 143_771L << 20, "580.65.06"));
    }

    @Test
    void its_complaints_are_none() {
        assertThat(Gpu.read("NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver."))
                .isEmpty();
        assertThat(Gpu.read("No devices were found")).isEmpty();
    }

    @Test
    void the_version_of_the_driver_stands_in_the_first_line() {
        assertThat(Gpu.driverIn("NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.54.15  Tue Mar  5 2024\n"))
                .isEqualTo("550.54.15");
        assertThat(Gpu.driverIn("NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  580.65.06  Release Build\n"))
                .isEqualTo("580.65.06");
    }
}
