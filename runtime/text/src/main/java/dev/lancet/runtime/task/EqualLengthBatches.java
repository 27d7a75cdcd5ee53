package dev.lancet.runtime.task;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Divides prompts into batches of equal length, which need no padding. The longest come first. */
public final class EqualLengthBatches {

    private static final int TOKENS_A_RUN = 2048;

    private EqualLengthBatches() {}

    /**
     * The batches.
     *
     * @return indexes into {@code prompts}, each exactly once
     */
    public static List<List<Integer>> batches(List<int[]> prompts) {
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < prompts.size(); i++) {
            order.add(i);
        }
        order.sort(Comparator.comparingInt(i -> -prompts.get(i).length));
        List<List<Integer>> batches = new ArrayList<>();
        for (int i : order) {
            int length = prompts.get(i).length;
            List<Integer> last = batches.isEmpty() ? List.of() : batches.get(batches.size() - 1);
            boolean fits = !last.isEmpty()
                    && prompts.get(last.get(0)).length == length
                    && (last.size() + 1) * length <= TOKENS_A_RUN;
            if (fits) {
                last.add(i);
            } else {
                batches.add(new ArrayList<>(List.of(i)));
            }
        }
        return batches;
    }
}
