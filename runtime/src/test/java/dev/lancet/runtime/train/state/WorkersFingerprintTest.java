package dev.lancet.runtime.train.state;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WorkersFingerprintTest {

    private static final Path FILE = Path.of("state-00000050.safetensors");
    private static final Map<String, String> ONE = Map.of("passes", "streams=2", "text", "same");
    private static final Map<String, String> TWO = Map.of("passes", "streams=1", "text", "same");

    @Test
    void another_number_of_workers_may_add_up_in_another_order() {
        Fingerprint two = new Fingerprint(TWO).of(2);

        assertThatCode(() -> two.require(ONE, FILE)).doesNotThrowAnyException();
        assertThatCode(() -> new Fingerprint(ONE).of(1).require(two.parts(), FILE))
                .doesNotThrowAnyException();
    }

    @Test
    void the_same_number_of_workers_adds_up_in_the_same_order() {
        assertThatThrownBy(() -> new Fingerprint(TWO).of(1).require(ONE, FILE))
                .hasMessageContaining("passes 'streams=2' there, 'streams=1' here");
        assertThatThrownBy(() -> new Fingerprint(TWO)
                        .of(2)
                        .require(new Fingerprint(ONE).of(2).parts(), FILE))
                .hasMessageContaining("passes 'streams=2' there, 'streams=1' here");
    }

    @Test
    void another_text_is_another_training_with_any_number_of_workers() {
        assertThatThrownBy(() -> new Fingerprint(Map.of("text", "other")).of(2).require(ONE, FILE))
                .hasMessageContaining("text 'same' there, 'other' here");
    }
}
