package dev.lancet.dsl.plan;

import dev.lancet.dsl.Budget;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Locale;

/**
 * Gives each next rank to the layer where a byte keeps the most energy. The energy of a rank is its squared singular
 * value divided by the sum of the layer's squared singular values, so layers with small and with large weights count
 * alike.
 *
 * <p>The gain per byte does not always fall from one form of a layer to the next: the last form keeps all remaining
 * energy for few bytes, and 4-bit factors grow in jumps. Therefore neighbouring forms are joined until the gain falls
 * (the upper convex hull of energy over bytes). The resulting stretches of all layers are sorted by gain. A budget pays
 * for the first stretches in this order. A larger budget pays for more of them, so it never lowers a rank.
 */
final class GreedyRankAllocator {

    private GreedyRankAllocator() {}

    /** The forms of a layer after {@code from} up to {@code to}, with their bytes and the energy that they keep. */
    private record Stretch(int layer, int from, int to, long bytes, double kept) {

        double perByte() {
            return kept == 0 ? 0 : kept / bytes;
        }

        Stretch and(Stretch next) {
            return new Stretch(layer, from, next.to, bytes + next.bytes, kept + next.kept);
        }
    }

    static List<Step> choose(List<RankChoices> layers, long limit, Budget budget) {
        int[] forms = forms(layers, limit);
        List<Step> steps = new ArrayList<>();
        for (int i = 0; i < forms.length; i++) {
            RankChoices layer = layers.get(i);
            String reason = forms[i] == layer.forms()
                    ? "keeps most a byte in one piece, within " + budget
                    : String.format(Locale.ROOT, "keeps %.4f of its squares within %s", layer.kept()[forms[i]], budget);
            steps.add(layer.step(forms[i], reason));
        }
        return steps;
    }

    private static int[] forms(List<RankChoices> layers, long limit) {
        int[] forms = layers.stream().mapToInt(layer -> 1).toArray();
        long bytes = layers.stream().mapToLong(layer -> layer.bytes(1)).sum();
        for (Stretch stretch : inOrder(layers)) {
            RankChoices layer = layers.get(stretch.layer());
            for (int form = stretch.from() + 1; form <= stretch.to(); form++) {
                bytes += layer.bytes(form) - layer.bytes(form - 1);
                if (bytes > limit) {
                    return forms;
                }
                forms[stretch.layer()] = form;
            }
        }
        return forms;
    }

    private static List<Stretch> inOrder(List<RankChoices> layers) {
        List<Stretch> all = new ArrayList<>();
        for (int i = 0; i < layers.size(); i++) {
            all.addAll(stretches(i, layers.get(i)));
        }
        all.sort(Comparator.comparingDouble(Stretch::perByte)
                .reversed()
                .thenComparingInt(Stretch::layer)
                .thenComparingInt(Stretch::from));
        return all;
    }

    private static List<Stretch> stretches(int index, RankChoices layer) {
        double[] kept = layer.kept();
        Deque<Stretch> hull = new ArrayDeque<>();
        for (int form = 2; form <= layer.forms(); form++) {
            Stretch next = new Stretch(
                    index, form - 1, form, layer.bytes(form) - layer.bytes(form - 1), kept[form] - kept[form - 1]);
            while (!hull.isEmpty() && hull.getLast().perByte() < next.perByte()) {
                next = hull.removeLast().and(next);
            }
            hull.addLast(next);
        }
        return List.copyOf(hull);
    }
}
