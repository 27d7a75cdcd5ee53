package dev.lancet.runtime.text.bpe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class LongWordMergerTest {

    @Property(tries = 300)
    void the_result_is_that_of_searching_the_best_merge_again_and_again(@ForAll long seed) {
        Random random = new Random(seed);
        List<TokenMerge> merges = new ArrayList<>();
        MergeTable seen = new MergeTable(merges);
        int tokens = 3;
        for (int i = 0; i < 12; i++) {
            TokenMerge merge = new TokenMerge(random.nextInt(tokens), random.nextInt(tokens), tokens);
            if (seen.rank(merge.left(), merge.right()) == MergeTable.NONE) {
                merges.add(merge);
                seen = new MergeTable(merges);
                tokens++;
            }
        }
        int[] ids = random.ints(1 + random.nextInt(200), 0, 3).toArray();

        assertThat(new LongWordMerger(seen, ids.clone()).merged()).containsExactly(slowly(seen, ids));
    }

    private static int[] slowly(MergeTable merges, int[] ids) {
        List<Integer> left = new ArrayList<>();
        for (int id : ids) {
            left.add(id);
        }
        while (true) {
            int best = MergeTable.NONE;
            int place = 0;
            for (int i = 0; i + 1 < left.size(); i++) {
                int rank = merges.rank(left.get(i), left.get(i + 1));
                if (rank < best) {
                    best = rank;
                    place = i;
                }
            }
            if (best == MergeTable.NONE) {
                return left.stream().mapToInt(Integer::intValue).toArray();
            }
            left.set(place, merges.whole(best));
            left.remove(place + 1);
        }
    }
}
