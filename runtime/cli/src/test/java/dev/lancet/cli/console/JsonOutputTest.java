package dev.lancet.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JsonOutputTest {

    @Test
    void values_and_lists_of_them_are_one_line() {
        assertThat(JsonOutput.text(Map.of("loss", List.of(8.5, 7.25)))).isEqualTo("{\"loss\":[8.5,7.25]}\n");
    }

    @Test
    void nested_documents_are_indented() {
        assertThat(JsonOutput.text(Map.of("plan", Map.of("rank", 8)))).contains("{\n  \"plan\" : {\n");
        assertThat(JsonOutput.text(Map.of("layers", List.of(Map.of("rank", 8)))))
                .contains("{\n  \"layers\" : [ {\n");
    }
}
