package dev.lancet.dsl.plan;

import dev.lancet.dsl.Budget;
import java.util.List;
import java.util.Locale;

/** Gives all layers the same share of their parameters: the largest share that fits, found by bisection. */
final class EqualShareAllocator {

    private static final int HALVINGS = 60;

    private EqualShareAllocator() {}

    static List<Step> choose(List<RankChoices> layers, long limit, Budget budget) {
        double fits = 0;
        double tooLarge = 1;
        for (int i = 0; i < HALVINGS; i++) {
            double middle = (fits + tooLarge) / 2;
            if (bytes(layers, middle) <= limit) {
                fits = middle;
            } else {
                tooLarge = middle;
            }
        }
        double share = fits;
        String reason = String.format(Locale.ROOT, "%.4f of all parameters fit %s", share, budget);
        return layers.stream()
                .map(layer -> {
                    int form = layer.formOf(share);
                    return layer.step(form, reason + (form == layer.forms() ? ", " + RankChoices.IN_ONE_PIECE : ""));
                })
                .toList();
    }

    private static long bytes(List<RankChoices> layers, double share) {
        return layers.stream()
                .mapToLong(layer -> layer.bytes(layer.formOf(share)))
                .sum();
    }
}
