package dev.lancet.runtime.checkpoint.peft;

import dev.lancet.dsl.Adapter;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.Weight;
import dev.lancet.dsl.plan.ArraySpec;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Step;
import dev.lancet.dsl.weights.Weights;
import dev.lancet.io.AtomicFolder;
import dev.lancet.runtime.checkpoint.safetensors.SafetensorsWriter;
import dev.lancet.runtime.json.LanguageJson;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Converts the adapters of a model to PEFT's names and orientation. If PEFT has one layer for several matrices, their
 * adapters become one adapter whose rank is the sum of their ranks: the A's are stacked, each B fills its own rows and
 * columns, and the rest is 0.
 */
final class PeftExport {

    private final Transformer transformer;
    private final Plan plan;
    private final Weights weights;
    private final Map<String, Layer> layers = new LinkedHashMap<>();
    private final PeftModules saved;
    private final Map<String, List<Weight>> modules;

    /** A layer of PEFT, and the adapted matrices that it consists of. */
    record Layer(PeftNames.Place place, List<Step> steps, List<PeftNames.Place> places) {

        int rank() {
            return steps.stream().mapToInt(step -> lora(step).rank()).sum();
        }

        int inputs() {
            return steps.get(0).weight().rows();
        }

        /** The alpha with which the layer, at its rank, has the same scale as its parts. */
        double alpha() {
            Adapter.Lora first = lora(steps.get(0));
            return steps.size() == 1
                    ? first.alpha()
                    : first.scale() * (first.rankStabilised() ? Math.sqrt(rank()) : rank());
        }
    }

    PeftExport(Transformer transformer, Plan plan, Weights weights) {
        this.transformer = transformer;
        this.plan = plan;
        this.weights = weights;
        PeftNames names = PeftNames.of(transformer);
        for (Step step : plan.steps()) {
            if (step.adapter().isPresent()) {
                PeftNames.Place place = names.of(step.weight()).orElseThrow();
                Layer layer = layers.computeIfAbsent(
                        place.module(), key -> new Layer(place, new ArrayList<>(), new ArrayList<>()));
                layer.steps().add(step);
                layer.places().add(place);
            }
        }
        layers.values().forEach(PeftExport::check);
        saved = new PeftModules(names, transformer);
        modules = saved.trained(plan);
    }

    static Adapter.Lora lora(Step step) {
        return (Adapter.Lora) step.adapter().orElseThrow();
    }

    private static void check(Layer layer) {
        double scale = lora(layer.steps().get(0)).scale();
        layer.steps().stream()
                .filter(step -> lora(step).scale() != scale)
                .findFirst()
                .ifPresent(step -> {
                    throw new LancetException("adapter: " + step.weight().name() + " has " + lora(step) + ", and "
                            + layer.steps().get(0).weight().name() + " "
                            + lora(layer.steps().get(0))
                            + ", but PEFT has one layer for both; give them the same scale");
                });
        int outputs =
                layer.steps().stream().mapToInt(step -> step.weight().columns()).sum();
        for (Step step : layer.steps()) {
            if (lora(step).decomposed() && outputs != layer.place().outputs()) {
                throw new LancetException("adapter: " + step.weight().name() + " has " + lora(step)
                        + ", but PEFT has one layer for it and for matrices without an adapter; adapt those too");
            }
            if (lora(step).startsFromPrincipal()
                    && (step.precision().narrow()
                            || step.rank().isPresent()
                            || step.weight().columns() != outputs)) {
                throw new LancetException("adapter: " + step.weight().name() + " is stored as " + step.precision()
                        + " without its principal components, which PEFT cannot compute from the original; keep the"
                        + " adapter in a Lancet model folder");
            }
        }
    }

    /** Checks that PEFT can express the adapters. */
    void check() {
        config();
    }

    void write(Path folder) {
        List<ArraySpec> arrays = new ArrayList<>();
        layers.values().forEach(layer -> arrays.addAll(PeftArrays.stored(layer)));
        modules.forEach((name, parts) -> arrays.add(saved.array(name, parts)));
        try (AtomicFolder target = AtomicFolder.create(folder)) {
            target.text(Peft.CONFIG, LanguageJson.pretty(config()) + "\n");
            try (SafetensorsWriter writer =
                    SafetensorsWriter.create(target, Peft.ARRAYS, Map.of("format", "pt"), arrays)) {
                layers.values().forEach(layer -> new PeftArrays(layer, weights).copyTo(writer));
                modules.forEach((name, parts) -> writer.accept(saved.assembled(name, parts, weights)));
                writer.finish();
            }
            target.finish();
        }
    }

    private Map<String, Object> config() {
        Layer first = layers.values().iterator().next();
        Map<String, Object> ranks = new TreeMap<>();
        Map<String, Object> alphas = new TreeMap<>();
        boolean stabilised = same("stabilised()", Adapter.Lora::rankStabilised);
        boolean decomposed = same("dora()", Adapter.Lora::decomposed);
        boolean principal = same("pissa()", Adapter.Lora::startsFromPrincipal);
        layers.forEach((module, layer) -> {
            if (layer.rank() != first.rank()) {
                ranks.put(module, layer.rank());
            }
            if (layer.alpha() != first.alpha()) {
                alphas.put(module, layer.alpha());
            }
        });
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("peft_type", "LORA");
        config.put("task_type", "CAUSAL_LM");
        config.put("base_model_name_or_path", plan.model());
        config.put("inference_mode", true);
        config.put("r", first.rank());
        config.put("lora_alpha", first.alpha());
        config.put("lora_dropout", dropout());
        config.put("init_lora_weights", principal ? "pissa" : true);
        config.put("use_rslora", stabilised);
        config.put("use_dora", decomposed);
        config.put("bias", "none");
        config.put("fan_in_fan_out", PeftNames.of(transformer).modelType().equals("gpt2"));
        config.put("target_modules", targets());
        config.put("rank_pattern", ranks);
        config.put("alpha_pattern", alphas);
        if (!modules.isEmpty()) {
            config.put("modules_to_save", PeftModules.modules(modules));
        }
        return config;
    }

    /** A setting that PEFT has once for all layers. */
    private boolean same(String setting, Predicate<Adapter.Lora> has) {
        Set<Boolean> all = layers.values().stream()
                .flatMap(layer -> layer.steps().stream())
                .map(step -> has.test(lora(step)))
                .collect(Collectors.toSet());
        if (all.size() > 1) {
            throw new LancetException("adapter: some of " + plan.model() + " are " + setting
                    + " and some are not, but PEFT has one setting for all; adapt all in the same way");
        }
        return all.contains(true);
    }

    /** The largest dropout; PEFT has one for all layers, and it changes nothing outside training. */
    private double dropout() {
        return layers.values().stream()
                .flatMap(layer -> layer.steps().stream())
                .mapToDouble(step -> lora(step).dropout().orElse(0))
                .max()
                .orElse(0);
    }

    /**
     * The last parts of the layers' names, or the whole names if not every layer with the same last part has an
     * adapter.
     */
    private List<String> targets() {
        PeftNames names = PeftNames.of(transformer);
        Set<String> words =
                layers.values().stream().map(layer -> layer.place().word()).collect(Collectors.toSet());
        Set<String> meant = plan.steps().stream()
                .flatMap(step -> names.of(step.weight()).stream())
                .filter(place -> words.contains(place.word()))
                .map(PeftNames.Place::module)
                .collect(Collectors.toSet());
        return List.copyOf(new TreeSet<>(meant.equals(layers.keySet()) ? words : layers.keySet()));
    }
}
