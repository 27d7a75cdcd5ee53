package dev.lancet.surgery.graph;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Dimensions of results, worked out from those of arguments. */
final class Shapes {

    private Shapes() {}

    /** What two shapes become when they are broadcast against each other, as NumPy does it. */
    static List<Long> broadcast(String name, List<Long> a, List<Long> b) {
        List<Long> reversed = new ArrayList<>();
        for (int i = 1; i <= Math.max(a.size(), b.size()); i++) {
            long left = i > a.size() ? 1 : a.get(a.size() - i);
            long right = i > b.size() ? 1 : b.get(b.size() - i);
            if (left >= 0 && right >= 0 && left != right && left != 1 && right != 1) {
                throw new IllegalArgumentException(name + ": shapes " + a + " and " + b + " do not broadcast");
            }
            reversed.add(left == 1 ? right : right == 1 ? left : Math.max(left, right));
        }
        Collections.reverse(reversed);
        return List.copyOf(reversed);
    }
}
