package dev.lancet.cli;

import static dev.lancet.cli.Ran.lancet;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Budgets and predictions where the weights are at hand. */
class BudgetCommandTest {

    private static final String STORIES = "../../src/test/resources/fixtures/stories260K/stories260K.bin";

    @TempDir
    private Path folder;

    @Test
    void a_budget_with_weights_is_met_and_predicts_the_error() {
        JsonNode planned = lancet("plan", STORIES, "--on", "*", "--bits", "8", "--budget", "5x", "--json")
                .json();
        String out = folder.resolve("slim").toString();
        JsonNode done = lancet(
                        "compress", STORIES, "--on", "*", "--bits", "8", "--budget", "5x", "--out", out, "--json")
                .json();

        assertThat(planned.get("compression").asDouble()).isBetween(5.0, 5.1);
        assertThat(done.get("bytes_after")).isEqualTo(planned.get("bytes_after"));
        assertThat(planned.get("steps")).hasSameSizeAs(done.get("steps")).isNotEmpty();
        for (int i = 0; i < planned.get("steps").size(); i++) {
            JsonNode step = planned.get("steps").get(i);
            assertThat(step.get("precision").asString()).isEqualTo("int8");
            assertThat(done.get("steps").get(i).get("rank")).isEqualTo(step.get("rank"));
            if (!step.get("rank").isNull()) {
                assertThat(step.get("because").asString()).contains("of its squares within 5x");
                // Rounding to 8 bits adds a little to what the truncation loses.
                assertThat(done.get("steps").get(i).get("error").asDouble())
                        .isCloseTo(step.get("predicted_error").asDouble(), within(1e-3));
            }
        }
    }

    @Test
    void errors_are_predicted_only_on_request() {
        JsonNode silent = lancet("plan", STORIES, "--rank", "8", "--json").json();
        JsonNode told =
                lancet("plan", STORIES, "--rank", "8", "--spectra", "--json").json();

        assertThat(silent.get("steps")).isNotEmpty().allMatch(step -> step.get("predicted_error")
                .isNull());
        assertThat(told.get("steps")).hasSameSizeAs(silent.get("steps")).allSatisfy(step -> assertThat(
                        step.get("predicted_error").asDouble())
                .isBetween(0.05, 0.99));
    }
}
