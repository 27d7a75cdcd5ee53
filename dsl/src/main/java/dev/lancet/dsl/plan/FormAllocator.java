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
public final class FormAllocator {

    private FormAllocator() {}

    /**
     * The chosen forms, in the order of the layers; empty if even the smallest forms exceed the limit.
     *
     * @param layers the forms of each layer, at least one
     * @param limit bytes for all layers together
     */
    public static Optional<List<LayerForm>> choose(List<List<LayerForm>> layers, long limit) {
        List<List<LayerForm>> hulls = layers.stream().map(FormAllocator::hull).toList();
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
        List<LayerForm> chosen = new ArrayList<>();
        for (int i = 0; i < at.length; i++) {
            chosen.add(hulls.get(i).get(at[i]));
        }
        return Optional.of(improved(chosen, layers, limit - bytes));
    }

    /** The smallest number of bytes that all layers together can take. */
    public static long least(List<List<LayerForm>> layers) {
        return layers.stream()
                .mapToLong(forms ->
                        forms.stream().mapToLong(LayerForm::bytes).min().orElseThrow())
                .sum();
    }

    private static double gain(LayerForm from, LayerForm to) {
        return (from.loss() - to.loss()) / (to.bytes() - from.bytes());
    }

    /** The forms on the lower convex hull of loss over bytes, from the smallest; every next one loses less. */
    private static List<LayerForm> hull(List<LayerForm> forms) {
        List<LayerForm> sorted = forms.stream()
                .sorted(Comparator.comparingLong(LayerForm::bytes).thenComparingDouble(LayerForm::loss))
                .toList();
        List<LayerForm> hull = new ArrayList<>();
        for (LayerForm form : sorted) {
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
    private static List<LayerForm> improved(List<LayerForm> chosen, List<List<LayerForm>> layers, long rest) {
        long left = rest;
        while (true) {
            int best = -1;
            Optional<LayerForm> better = Optional.empty();
            double most = 0;
            for (int i = 0; i < chosen.size(); i++) {
                for (LayerForm form : layers.get(i)) {
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
