package dev.lancet.runtime.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lancet.runtime.text.Batches;
import dev.lancet.runtime.text.TokenIds;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PrefetchingBatchesTest {

    private static final TokenIds TEXT = TokenIds.of(IntStream.range(0, 100).toArray());

    @Test
    void batches_are_the_same_whether_read_ahead_or_not() {
        Batches batches = new Batches(TEXT, 2, 8, 1);
        try (PrefetchingBatches<int[][]> ahead = new PrefetchingBatches<>(new Batches(TEXT, 2, 8, 1)::at, 30)) {
            for (long number : new long[] {0, 1, 2, 3, 9, 10, 4, 5, 28, 29}) {
                assertThat(ahead.at(number)).isDeepEqualTo(batches.at(number));
            }
        }
    }

    @Test
    void an_unreadable_batch_fails_at_its_step() {
        TokenIds broken = new TokenIds() {
            private int reads;

            @Override
            public long size() {
                return 100;
            }

            @Override
            public int largest() {
                return 0;
            }

            @Override
            public void read(long from, int[] into, int at, int count) {
                if (++reads > 2) {
                    throw new IllegalArgumentException("the file is gone");
                }
            }
        };
        try (PrefetchingBatches<int[][]> ahead = new PrefetchingBatches<>(new Batches(broken, 2, 8, 1)::at, 30)) {
            ahead.at(0);
            assertThatThrownBy(() -> ahead.at(1)).hasMessage("the file is gone");
        }
    }
}
