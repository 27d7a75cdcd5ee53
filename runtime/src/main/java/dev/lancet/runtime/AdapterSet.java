package dev.lancet.runtime;

import dev.lancet.dsl.Adapter;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Weight;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Step;
import dev.lancet.dsl.plan.StoredMatrix;
import dev.lancet.dsl.weights.HostTensor;
import dev.lancet.dsl.weights.Weights;
import dev.lancet.dsl.weights.WeightsInMemory;
import dev.lancet.runtime.checkpoint.peft.Peft;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Several trained adapters beside one base. Switching between them, or to a weighted sum of them, replaces only small
 * matrices; the base stays loaded.
 *
 * <pre>{@code
 * AdapterSet set = AdapterSet.open(base, Map.of("news", Path.of("news/adapter"), "law", Path.of("law/adapter")));
 * try (Model model = set.model()) {
 *     set.activate("news");
 *     model.generate("The Committee", 64);
 *     set.activate(Map.of("news", 0.7, "law", 0.3));
 *     model.merge().save(Path.of("both"));
 * }
 * }</pre>
 *
 * <p>The model has one adapter for each layer that any of them adapts. Its A is all A's side by side, its B all B's one
 * above the other, each times its scale and its weight. So the update of the layer is {@code Σ weight · scale · A · B}. An
 * adapter that began with principal components (PiSSA) counts as its difference from that beginning.
 */
public final class AdapterSet {

    private final Map<String, Peft.Adapters> adapters = new LinkedHashMap<>();
    private final Map<String, List<LayerUpdate>> updates = new LinkedHashMap<>();
    private final Plan united;
    private final Weights untrained;
    private final Weights base;
    private final Model model;

    /** What an adapter adds to a layer: A, and B times the scale. */
    private record LayerUpdate(String adapter, int rank, List<HostTensor> factors) {}

    private AdapterSet(Model base, Map<String, Path> folders) {
        this.base = base.weights();
        folders.forEach((name, folder) -> add(name, Peft.open(folder, base.transformer(), base.plan()), base.plan()));
        boolean decomposed = decomposed();
        united = base.plan()
                .with(base.plan().steps().stream()
                        .map(step -> united(step, decomposed))
                        .toList());
        untrained = AdapterArrays.untrained(base.plan(), united, this.base);
        model = base.beside(united, arrays(Map.of()));
    }

    /**
     * Reads adapters for a model. At first none is active.
     *
     * @param base a model without adapters; the set shares its arrays
     * @param folders the folder of each adapter, by a name of your choice
     * @throws LancetException if a folder is damaged or not for this model, if it has weights that were trained whole, or
     *     if only some of them are decomposed
     */
    public static AdapterSet open(Model base, Map<String, Path> folders) {
        if (folders.isEmpty()) {
            throw new LancetException("adapters: none given; name at least one folder");
        }
        return new AdapterSet(base, folders);
    }

    private void add(String name, Peft.Adapters read, Plan plain) {
        read.plan().whole().ifPresent(whole -> {
            throw new LancetException(
                    "adapter " + name + ": also has " + whole.names().get(0)
                            + ", trained as a whole; such an adapter cannot be one of several, so use it alone");
        });
        adapters.put(name, read);
        Weights start = AdapterArrays.untrained(plain, read.plan(), base);
        for (Step step : read.plan().steps()) {
            if (step.adapter().isPresent()) {
                List<LayerUpdate> all = updates.computeIfAbsent(step.weight().name(), layer -> new ArrayList<>());
                all.add(update(name, step, read.arrays(), 1));
                if (step.adapter().get().startsFromPrincipal()) {
                    all.add(update(name, step, start, -1));
                }
            }
        }
    }

    private static LayerUpdate update(String name, Step step, Weights arrays, int sign) {
        Adapter adapter = step.adapter().orElseThrow();
        HostTensor b = arrays.read(step.weight().adapterB());
        float[] scaled = b.floats();
        for (int i = 0; i < scaled.length; i++) {
            scaled[i] *= (float) (sign * adapter.scale());
        }
        HostTensor a = arrays.read(step.weight().adapterA()).copy();
        return new LayerUpdate(name, adapter.rank(), List.of(a, HostTensor.of(b.spec(), scaled)));
    }

    private boolean decomposed() {
        Set<Boolean> kinds = adapters.values().stream()
                .flatMap(read -> read.plan().steps().stream())
                .flatMap(step -> step.adapter().stream())
                .map(Adapter::decomposed)
                .collect(Collectors.toSet());
        if (kinds.size() > 1) {
            throw new LancetException(
                    "adapters: some are decomposed (DoRA) and some are not, and a layer computes in one"
                            + " way; merge one of them into the model first");
        }
        return kinds.contains(true);
    }

    private Step united(Step step, boolean decomposed) {
        List<LayerUpdate> parts = updates.get(step.weight().name());
        if (parts == null) {
            return step;
        }
        int rank = parts.stream().mapToInt(LayerUpdate::rank).sum();
        Adapter.Lora all = Adapter.lora(rank).alpha(rank);
        return step.adapted(decomposed ? all.dora() : all, "adapters " + String.join(", ", adapters.keySet()));
    }

    /** The model with the active adapters; the caller closes it. Training it would mix them, so merge it first. */
    public Model model() {
        return model;
    }

    /** The names of the adapters. */
    public Set<String> names() {
        return adapters.keySet();
    }

    /** Makes one adapter the only active one. */
    public AdapterSet activate(String name) {
        return activate(Map.of(name, 1.0));
    }

    /**
     * Makes a weighted sum of adapters active; all others have weight 0.
     *
     * @throws LancetException if a name is unknown, a weight is not finite, or decomposed adapters are to be summed
     */
    public AdapterSet activate(Map<String, Double> weights) {
        Map<String, Double> sorted = new TreeMap<>(weights);
        sorted.forEach((name, weight) -> {
            if (!adapters.containsKey(name)) {
                throw new LancetException(
                        "adapter: '" + name + "' is not one of " + adapters.keySet() + "; name one of these");
            }
            if (!Double.isFinite(weight)) {
                throw new LancetException("adapter " + name + ": weight " + weight + "; it must be a number");
            }
        });
        boolean one = sorted.isEmpty() || (sorted.size() == 1 && sorted.containsValue(1.0));
        if (decomposed() && !one) {
            throw new LancetException(
                    "adapters: " + sorted + " are decomposed (DoRA), and their lengths cannot be summed;"
                            + " activate one of them with weight 1, or merge one after the other");
        }
        Weights arrays = arrays(sorted);
        model.replace(
                united.steps().stream()
                        .filter(step -> step.adapter().isPresent())
                        .flatMap(step -> step.adapterMatrices().stream().skip(1))
                        .flatMap(matrix -> matrix.arrays().stream())
                        .map(array -> array.name())
                        .toList(),
                arrays);
        return this;
    }

    /** The arrays of the model with these adapters active. */
    private Weights arrays(Map<String, Double> weights) {
        WeightsInMemory arrays = new WeightsInMemory();
        for (Step step : united.steps()) {
            List<LayerUpdate> parts = updates.get(step.weight().name());
            if (parts != null) {
                put(step, parts, weights, arrays);
            }
        }
        return arrays.with(untrained);
    }

    private void put(Step step, List<LayerUpdate> parts, Map<String, Double> weights, WeightsInMemory arrays) {
        int rank = step.adapter().orElseThrow().rank();
        int inputs = step.weight().rows();
        int outputs = step.weight().columns();
        float[] a = new float[Math.multiplyExact(inputs, rank)];
        float[] b = new float[Math.multiplyExact(rank, outputs)];
        int first = 0;
        for (LayerUpdate part : parts) {
            float weight = weights.getOrDefault(part.adapter(), 0.0).floatValue();
            float[] partA = part.factors().get(0).floats();
            float[] partB = part.factors().get(1).floats();
            for (int row = 0; row < inputs; row++) {
                System.arraycopy(partA, row * part.rank(), a, row * rank + first, part.rank());
            }
            for (int i = 0; i < partB.length; i++) {
                b[first * outputs + i] = weight * partB[i];
            }
            first += part.rank();
        }
        List<StoredMatrix> matrices = step.adapterMatrices();
        arrays.accept(HostTensor.of(matrices.get(0).arrays().get(0), a));
        arrays.accept(HostTensor.of(matrices.get(1).arrays().get(0), b));
        if (matrices.size() > 2) {
            arrays.accept(HostTensor.of(matrices.get(2).arrays().get(0), lengths(step.weight(), weights.keySet())));
        }
    }

    /** The lengths of the active adapter; if it leaves the layer alone, the norms of the layer's own columns. */
    private float[] lengths(Weight weight, Set<String> active) {
        return active.stream()
                .map(adapters::get)
                .filter(Objects::nonNull)
                .filter(read -> read.plan().step(weight.name()).adapter().isPresent())
                .map(read -> read.arrays().read(weight.magnitude()).floats())
                .findFirst()
                .orElseGet(() -> untrained.read(weight.frozenNorm()).floats());
    }
}
