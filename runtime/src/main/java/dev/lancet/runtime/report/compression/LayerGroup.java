package dev.lancet.runtime.report.compression;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Layers that differ only in their place: the same name but for numbers, the same shape, form and method, and about the same
 * error.
 *
 * @param layers that with the largest error first
 */
record LayerGroup(List<ChangedLayer> layers) {

    /** So many layers are shown one by one. */
    private static final int FEW = 12;

    /** Errors of one group differ by at most this factor. */
    private static final double ALIKE = 1.5;

    private static final double EXACT = 1e-9;

    LayerGroup {
        layers = List.copyOf(layers);
    }

    /** The groups of all layers, that with the largest error first. */
    static List<LayerGroup> of(List<ChangedLayer> layers) {
        if (layers.size() <= FEW) {
            return layers.stream().map(layer -> new LayerGroup(List.of(layer))).toList();
        }
        Map<List<Object>, List<ChangedLayer>> alike = new LinkedHashMap<>();
        layers.stream()
                .sorted(Comparator.comparingDouble(ChangedLayer::error).reversed())
                .forEach(layer -> alike.computeIfAbsent(key(layer), key -> new ArrayList<>())
                        .add(layer));
        List<LayerGroup> groups = new ArrayList<>();
        alike.values().forEach(some -> split(some, groups));
        groups.sort(Comparator.comparingDouble(LayerGroup::worst).reversed());
        return List.copyOf(groups);
    }

    private static List<Object> key(ChangedLayer layer) {
        return List.of(
                pattern(layer.name()),
                layer.step().weight().rows(),
                layer.step().weight().columns(),
                layer.form(),
                layer.methods());
    }

    private static String pattern(String name) {
        return name.replaceAll("\\d+", "*");
    }

    private static void split(List<ChangedLayer> sorted, List<LayerGroup> groups) {
        int first = 0;
        for (int i = 1; i <= sorted.size(); i++) {
            boolean other = i == sorted.size()
                    || Math.max(EXACT, sorted.get(i).error()) * ALIKE
                            < sorted.get(first).error();
            if (other) {
                groups.add(new LayerGroup(sorted.subList(first, i)));
                first = i;
            }
        }
    }

    /** The name, with {@code *} where the names of the layers differ. */
    String name() {
        return layers.size() == 1 ? layers.get(0).name() : pattern(layers.get(0).name());
    }

    double worst() {
        return layers.get(0).error();
    }

    double best() {
        return layers.get(layers.size() - 1).error();
    }

    long bytesBefore() {
        return layers.stream().mapToLong(ChangedLayer::bytesBefore).sum();
    }

    long bytes() {
        return layers.stream().mapToLong(ChangedLayer::bytes).sum();
    }
}
