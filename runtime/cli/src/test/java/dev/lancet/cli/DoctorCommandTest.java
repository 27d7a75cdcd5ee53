package dev.lancet.cli;

import static dev.lancet.cli.Ran.lancet;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class DoctorCommandTest {

    @Test
    void it_finds_tensorflow_and_a_device() {
        Ran ran = lancet("doctor", "--json");
        JsonNode health = ran.json();

        assertThat(ran.status()).isZero();
        assertThat(health.propertyNames()).contains("tensorflow", "devices", "problems");
        assertThat(health.get("tensorflow").asString()).startsWith("2.");
        assertThat(health.get("devices").get(0).get("type").asString()).isEqualTo("CPU");
        assertThat(health.get("memory_bytes").asLong()).isPositive();
        assertThat(health.get("processors").asInt()).isPositive();
        assertThat(health.get("problems")).isEmpty();
    }

    @Test
    void people_get_a_line_for_each_finding() {
        assertThat(lancet("doctor").out())
                .contains("tensorflow  2.", "device      /job:localhost/replica:0/task:0/device:CPU:0")
                .endsWith("no problems\n");
    }
}
