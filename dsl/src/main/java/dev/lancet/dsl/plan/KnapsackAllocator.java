package dev.lancet.dsl.plan;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Chooses one form for every layer so that the sum of the losses is small and the sum of the bytes stays within a limit
 * (the multiple-choice knapsack problem). It begins with the smallest forms and spends the remaining bytes where each byte
 * lowers the loss most, along the convex hull of each layer's forms (Sinha and Zoltners, 1979). Where one layer is a large
 * part of the model, its next step may not fit, so the same is solved once more by dynamic programming over bytes in a
 * limited number of units, and the better of both is taken. At the end what is left is spent on the best single
 * improvements.
 */
public final class KnapsackAllocator {

    /** The units of bytes beyond the smallest forms; a form takes a whole number of them. */
    private static final int UNITS = 5_000;

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
        List<StorageOption> greedy = improved(chosen, layers, limit - bytes);
        List<StorageOption> exact = inUnits(layers, limit);
        return Optional.of(loss(exact) < loss(greedy) ? exact : greedy);
    }

    private static double loss(List<StorageOption> forms) {
        return forms.stream().mapToDouble(StorageOption::loss).sum();
    }

    /** The best choice if the bytes of every form beyond the layer's smallest are rounded up to units. */
    private static List<StorageOption> inUnits(List<List<StorageOption>> layers, long limit) {
        long unit = Math.max(1, (limit - least(layers) + UNITS - 1) / UNITS);
        int all = (int) ((limit - least(layers)) / unit);
        double[] best = new double[all + 1];
        int[][] taken = new int[layers.size()][];
        for (int i = 0; i < taken.length; i++) {
            List<StorageOption> forms = layers.get(i);
            long smallest = least(List.of(forms));
            double[] next = new double[all + 1];
            Arrays.fill(next, Double.POSITIVE_INFINITY);
            taken[i] = new int[all + 1];
            for (int form = 0; form < forms.size(); form++) {
                long more = (forms.get(form).bytes() - smallest + unit - 1) / unit;
                for (int at = (int) Math.min(more, all + 1L); at <= all; at++) {
                    double loss = best[at - (int) more] + forms.get(form).loss();
                    if (loss < next[at]) {
                        next[at] = loss;
                        taken[i][at] = form;
                    }
                }
            }
            best = next;
        }
        List<StorageOption> chosen = new ArrayList<>();
        int left = all;
        for (int i = taken.length - 1; i >= 0; i--) {
            StorageOption form = layers.get(i).get(taken[i][left]);
            left -= (int) ((form.bytes() - least(List.of(layers.get(i))) + unit - 1) / unit);
            chosen.add(0, form);
        }
        return improved(
                chosen,
                layers,
                limit - chosen.stream().mapToLong(StorageOption::bytes).sum());
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
            List<StorageOption> before, List<List<StorageOption>> layers, long rest) {
        List<StorageOption> chosen = new ArrayList<>(before);
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
