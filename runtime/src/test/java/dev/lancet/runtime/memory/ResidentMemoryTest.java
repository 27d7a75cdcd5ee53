package dev.lancet.runtime.memory;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ResidentMemoryTest {

    @Test
    void a_status_is_read_in_kilobytes() {
        assertThat(ResidentMemory.parse("Name:\tjava\nVmHWM:\t   20 kB\nVmRSS:\t   10 kB\n"))
                .hasValue(new ResidentMemory(10 * 1024, 20 * 1024));
        assertThat(ResidentMemory.parse("Name:\tjava\n")).isEmpty();
    }
}
