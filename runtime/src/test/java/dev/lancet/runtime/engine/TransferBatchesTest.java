package dev.lancet.runtime.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;

class TransferBatchesTest {

    private static final long MOST = 8 << 20;

    @Property(tries = 200)
    void all_come_in_their_order_in_portions_that_are_as_large_as_they_may_be(
            @ForAll List<@LongRange(min = 0, max = 2 * MOST) Long> arrays) {
        List<List<Long>> portions = TransferBatches.of(arrays, Long::longValue);

        assertThat(portions.stream().flatMap(List::stream)).containsExactlyElementsOf(arrays);
        assertThat(portions)
                .allSatisfy(portion -> assertThat(portion).isNotEmpty().satisfies(some -> assertThat(
                                some.size() == 1 || sum(some) <= MOST)
                        .isTrue()));
        for (int i = 1; i < portions.size(); i++) {
            assertThat(sum(portions.get(i - 1)) + portions.get(i).get(0)).isGreaterThan(MOST);
        }
    }

    private static long sum(List<? extends Long> portion) {
        return portion.stream().mapToLong(Long::longValue).sum();
    }
}
