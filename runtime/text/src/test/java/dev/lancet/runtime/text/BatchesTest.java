package dev.lancet.runtime.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lancet.dsl.LancetException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class BatchesTest {

    @Property(tries = 100)
    void an_epoch_shows_every_window_once(
            @ForAll @IntRange(min = 1, max = 9) int batch,
            @ForAll @IntRange(min = 1, max = 7) int sequence,
            @ForAll @IntRange(min = 8, max = 300) int length,
            @ForAll long seed) {
        Batches batches = new Batches(TokenIds.of(IntStream.range(0, length).toArray()), batch, sequence, seed);
        int steps = batches.windows();
        List<Integer> starts = new ArrayList<>();
        for (int step = 0; step < steps; step++) {
            for (int[] row : batches.at(step)) {
                assertThat(row)
                        .isEqualTo(
                                IntStream.rangeClosed(row[0], row[0] + sequence).toArray());
                starts.add(row[0]);
            }
        }

        // windows() steps of a batch are exactly batch epochs.
        for (int epoch = 0; epoch < batch; epoch++) {
            assertThat(starts.subList(epoch * steps, (epoch + 1) * steps))
                    .containsExactlyInAnyOrderElementsOf(IntStream.range(0, steps)
                            .mapToObj(w -> w * sequence)
                            .toList());
        }
    }

    @Property(tries = 50)
    void a_step_depends_on_seed_and_step_alone(@ForAll long seed, @ForAll @IntRange(max = 500) int step) {
        int[] ids = IntStream.range(0, 100).toArray();
        Batches walked = new Batches(TokenIds.of(ids), 3, 8, seed);
        for (int i = 0; i < step; i++) {
            walked.at(i);
        }

        assertThat(walked.at(step)).isDeepEqualTo(new Batches(TokenIds.of(ids), 3, 8, seed).at(step));
    }

    @Test
    void the_order_never_changes_between_releases() {
        Batches batches = new Batches(TokenIds.of(IntStream.range(0, 41).toArray()), 5, 4, 42);

        assertThat(batches.windows()).isEqualTo(10);
        assertThat(Arrays.stream(batches.at(0)).mapToInt(row -> row[0])).containsExactly(16, 12, 0, 28, 24);
        assertThat(Arrays.stream(batches.at(2)).mapToInt(row -> row[0])).containsExactly(4, 36, 0, 8, 20);
    }

    @Test
    void too_few_ids_for_one_sequence_are_counted() {
        assertThatThrownBy(() -> new Batches(TokenIds.of(new int[256]), 8, 256, 1))
                .isInstanceOf(LancetException.class)
                .hasMessage("corpus: 256 ids do not fill one sequence of 256 and its next id;"
                        + " use a longer text or a shorter sequence");
    }
}
