package dev.lancet.runtime.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class Tf32Test {

    @Test
    void only_another_word_than_the_process_was_started_with_is_trouble() {
        assertThat(Tf32.trouble(Optional.empty(), Optional.of("0"))).isEmpty();
        assertThat(Tf32.trouble(Optional.empty(), Optional.empty())).isEmpty();
        assertThat(Tf32.trouble(Optional.of(false), Optional.of("0"))).isEmpty();
        assertThat(Tf32.trouble(Optional.of(true), Optional.empty())).isEmpty();
        assertThat(Tf32.trouble(Optional.of(false), Optional.empty()))
                .contains("tf32: off, but the process was started without NVIDIA_TF32_OVERRIDE=0;"
                        + " start it with it, as ./lancet --tf32 off does");
        assertThat(Tf32.trouble(Optional.of(true), Optional.of("0")))
                .contains("tf32: on, but the process was started with NVIDIA_TF32_OVERRIDE=0; start it without");
    }

    @Test
    void the_processor_has_none() {
        assertThatThrownBy(() -> Device.cpu().tf32(false))
                .hasMessage("tf32: off; the device is cpu, which has no TF32; use gpu or auto");
    }
}
