package dev.lancet.cli.option;

import dev.lancet.runtime.AdapterSet;
import dev.lancet.runtime.Model;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Folders of adapters, each with its weight: {@code DIR} for 1, or {@code DIR=WEIGHT}. */
public final class WeightedAdapters {

    private static final Pattern WEIGHTED = Pattern.compile("(.+)=([-+]?[0-9.]+(?:[eE][-+]?[0-9]+)?)");

    private final Map<String, Path> folders = new LinkedHashMap<>();
    private final Map<String, Double> weights = new LinkedHashMap<>();

    private WeightedAdapters() {}

    /**
     * Reads the arguments.
     *
     * @throws IllegalArgumentException if a folder comes twice, or a weight is not a number
     */
    public static WeightedAdapters of(List<String> arguments) {
        WeightedAdapters adapters = new WeightedAdapters();
        for (String argument : arguments) {
            Matcher weighted = WEIGHTED.matcher(argument);
            String folder = weighted.matches() ? weighted.group(1) : argument;
            double weight = weighted.matches() ? Double.parseDouble(weighted.group(2)) : 1;
            if (adapters.folders.put(folder, Path.of(folder)) != null) {
                throw new IllegalArgumentException(folder + ": is named twice; add up its weights");
            }
            adapters.weights.put(folder, weight);
        }
        return adapters;
    }

    /** The model with the weighted sum of the adapters, or the model itself if there are none. The caller closes it. */
    public Model beside(Model base) {
        if (folders.isEmpty()) {
            return base;
        }
        boolean alone = folders.size() == 1 && weights.containsValue(1.0);
        return alone
                ? base.adapt(folders.values().iterator().next())
                : AdapterSet.open(base, folders).activate(weights).model();
    }
}
