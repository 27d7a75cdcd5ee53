package dev.lancet.dsl.plan;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Chooses one form for every layer so that the sum of the losses is small and the sum of the bytes stays within a limit
 * (the multiple-choice knapsack problem). It begins with the smallest forms and spends the remaining bytes where each byte
 * lowers the loss most, along the convex hull of each layer's forms (Sinha and Zoltners, 1979). At the end it spends what
 * is left on the best single improvements. The result differs from the optimum by less than the largest single step.
 */
public final class KnapsackAllocator {

    private KnapsackAllocator() {}

    /**
     * The chosen forms, in the order of the layers; empty if even the smallest forms exceed the limit.
     *
     * @param layers the forms of each layer, at least one
     * @param limit bytes for all layers together
     */
    public static Optional<List<StorageOption>> choose(List<List<StorageOption>> layers, long limit) {
        List<List<StorageOption>> hulls =
                layers.stream().map(KnapsackAllocator::hull).toList();
        int[] at = new int[layers.size()];
        long bytes = hulls.stream().mapToLong(hull -> hull.get(0).bytes()).sum();
        if (bytes > limit) {
            return Optional.empty();
        }
        boolean[] full = new boolean[layers.size()];
        while (true) {
            int best = -1;
            double most = 0;
            for (int i = 0; i < at.length; i++) {
                if (!full[i] && at[i] + 1 < hulls.get(i).size()) {
                    double gain = gain(hulls.get(i).get(at[i]), hulls.get(i).get(at[i] + 1));
                    if (best < 0 || gain > most) {
                        best = i;
                        most = gain;
                    }
                }
            }
            if (best < 0) {
                break;
            }
            long more = hulls.get(best).get(at[best] + 1).bytes()
                    - hulls.get(best).get(at[best]).bytes();
            if (bytes + more > limit) {
                full[best] = true;
                continue;
            }
            at[best]++;
            bytes += more;
        }
        List<StorageOption> chosen = new ArrayList<>();
        for (int i = 0; i < at.length; i++) {
            chosen.add(hulls.get(i).get(at[i]));
        }
        return Optional.of(improved(chosen, layers, limit - bytes));
    }

    /** The smallest number of bytes that all layers together can take. */
    public static long least(List<List<StorageOption>> layers) {
        return layers.stream()
                .mapToLong(forms ->
                        forms.stream().mapToLong(StorageOption::bytes).min().orElseThrow())
                .sum();
    }

    private static double gain(StorageOption from, StorageOption to) {
        return (from.loss() - to.loss()) / (to.bytes() - from.bytes());
    }

    /** The forms on the lower convex hull of loss over bytes, from the smallest; every next one loses less. */
    private static List<StorageOption> hull(List<StorageOption> forms) {
        List<StorageOption> sorted = forms.stream()
                .sorted(Comparator.comparingLong(StorageOption::bytes).thenComparingDouble(StorageOption::loss))
                .toList();
        List<StorageOption> hull = new ArrayList<>();
        for (StorageOption form : sorted) {
            if (!hull.isEmpty() && form.loss() >= hull.get(hull.size() - 1).loss()) {
                continue;
            }
            while (hull.size() > 1
                    && gain(hull.get(hull.size() - 2), hull.get(hull.size() - 1))
                            <= gain(hull.get(hull.size() - 1), form)) {
                hull.remove(hull.size() - 1);
            }
            hull.add(form);
        }
        return hull;
    }

    /** Spends the remaining bytes on the single changes that lower the loss most. */
    private static List<StorageOption> improved(
            List<StorageOption> chosen, List<List<StorageOption>> layers, long rest) {
        long left = rest;
        while (true) {
            int best = -1;
            Optional<StorageOption> better = Optional.empty();
            double most = 0;
            for (int i = 0; i < chosen.size(); i++) {
                for (StorageOption form : layers.get(i)) {
                    double less = chosen.get(i).loss() - form.loss();
                    if (less > most && form.bytes() - chosen.get(i).bytes() <= left) {
                        best = i;
                        better = Optional.of(form);
                        most = less;
                    }
                }
            }
            if (better.isEmpty()) {
                return List.copyOf(chosen);
            }
            left -= better.get().bytes() - chosen.get(best).bytes();
            chosen.set(best, better.get());
        }
    }
}
