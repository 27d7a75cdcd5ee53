package dev.lancet.runtime.translation.operator;

import dev.lancet.runtime.onnx.graph.OnnxNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Slices. Masks say which bounds count, which axes vanish, and where new ones come. */
final class SliceTranslations {

    private SliceTranslations() {}

    static void into(Map<String, OperatorTranslation> table) {
        table.put("StridedSlice", SliceTranslations::strided);
        table.put("Slice", SliceTranslations::slice);
    }

    private static void slice(OperatorSite site) {
        List<Long> begins = site.constants(1, "begin");
        List<Long> sizes = site.constants(2, "size");
        if (begins.size() != sizes.size()) {
            throw site.refused("has " + begins.size() + " begins and " + sizes.size() + " sizes");
        }
        List<Long> ends = new ArrayList<>();
        List<Long> axes = new ArrayList<>();
        for (int i = 0; i < begins.size(); i++) {
            axes.add((long) i);
            ends.add(sizes.get(i) < 0 ? Long.MAX_VALUE : begins.get(i) + sizes.get(i));
        }
        site.gives(site.node("Slice")
                .in(site.in(0), site.ints("begin", begins), site.ints("end", ends), site.ints("axes", axes))
                .out());
    }

    private static void strided(OperatorSite site) {
        List<Long> strides = site.constants(3, "strides");
        if (site.number("ellipsis_mask") != 0) {
            throw site.refused("leaves out axes in the middle");
        }
        List<Long> axes = new ArrayList<>();
        List<Long> steps = new ArrayList<>();
        List<Long> vanishing = new ArrayList<>();
        List<Long> fresh = new ArrayList<>();
        List<String> begins = new ArrayList<>();
        List<String> ends = new ArrayList<>();
        long kept = 0;
        for (int i = 0; i < strides.size(); i++) {
            if (set(site, "new_axis_mask", i)) {
                fresh.add(kept++);
                continue;
            }
            long axis = axes.size();
            axes.add(axis);
            steps.add(strides.get(i));
            if (strides.get(i) < 0 && (set(site, "begin_mask", i) || set(site, "end_mask", i))) {
                throw site.refused("counts backwards from an open end");
            }
            boolean single = set(site, "shrink_axis_mask", i);
            begins.add(set(site, "begin_mask", i) && !single ? site.ints("first", List.of(0L)) : element(site, 1, i));
            ends.add(
                    single
                            ? next(site, i)
                            : set(site, "end_mask", i)
                                    ? site.ints("last", List.of(Long.MAX_VALUE))
                                    : element(site, 2, i));
            if (single) {
                vanishing.add(axis);
            } else {
                kept++;
            }
        }
        String value = site.in(0);
        if (!axes.isEmpty()) {
            value = site.helper("Slice", "slice")
                    .in(
                            value,
                            joined(site, "begins", begins),
                            joined(site, "ends", ends),
                            site.ints("axes", axes),
                            site.ints("steps", steps))
                    .out();
        }
        if (!vanishing.isEmpty()) {
            value = site.helper("Squeeze", "squeezed")
                    .in(value, site.ints("vanishing", vanishing))
                    .out();
        }
        if (!fresh.isEmpty()) {
            value = site.helper("Unsqueeze", "unsqueezed")
                    .in(value, site.ints("fresh", fresh))
                    .out();
        }
        site.gives(site.node("Identity").in(value).out());
    }

    private static boolean set(OperatorSite site, String mask, int index) {
        return (site.number(mask) >> index & 1) == 1;
    }

    /** An element of the begins or ends, {@code [1]}. */
    private static String element(OperatorSite site, int input, int index) {
        Optional<List<Long>> known = site.known(input);
        String suffix = "bound" + input + "of" + index;
        return known.isPresent()
                ? site.ints(suffix, List.of(number(site, known.get(), index)))
                : site.helper("Gather", suffix)
                        .in(site.longs(input), site.ints("index" + index, List.of((long) index)))
                        .out();
    }

    /** The end of a slice of one element. After the last element, that is the end of the axis. */
    private static String next(OperatorSite site, int index) {
        Optional<List<Long>> known = site.known(1);
        if (known.isEmpty()) {
            throw site.refused("computes the element that it takes when it runs");
        }
        long begin = number(site, known.get(), index);
        return site.ints("after" + index, List.of(begin == -1 ? Long.MAX_VALUE : begin + 1));
    }

    private static long number(OperatorSite site, List<Long> bounds, int index) {
        if (index >= bounds.size()) {
            throw site.refused("has fewer bounds than strides");
        }
        return bounds.get(index);
    }

    private static String joined(OperatorSite site, String suffix, List<String> parts) {
        OnnxNode node = site.helper("Concat", suffix).with("axis", 0);
        parts.forEach(node::in);
        return node.out();
    }
}
