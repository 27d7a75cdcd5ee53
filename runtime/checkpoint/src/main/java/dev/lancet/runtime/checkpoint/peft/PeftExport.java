package dev.lancet.runtime.checkpoint.peft;

import dev.lancet.dsl.Adapter;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.plan.ArraySpec;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Step;
import dev.lancet.dsl.weights.HostTensor;
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

    /** A layer of PEFT, and the adapted matrices that it consists of. */
    private record Layer(PeftNames.Place place, List<Step> steps, List<PeftNames.Place> places) {

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
    }

    private static Adapter.Lora lora(Step step) {
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
    }

    /** Checks that PEFT can express the adapters. */
    void check() {
        config();
    }

    void write(Path folder) {
        List<ArraySpec> arrays = new ArrayList<>();
        layers.values().forEach(layer -> arrays.addAll(stored(layer)));
        try (AtomicFolder target = AtomicFolder.create(folder)) {
            target.text(Peft.CONFIG, LanguageJson.pretty(config()) + "\n");
            try (SafetensorsWriter writer =
                    SafetensorsWriter.create(target, Peft.ARRAYS, Map.of("format", "pt"), arrays)) {
                for (Layer layer : layers.values()) {
                    writer.accept(a(layer));
                    writer.accept(b(layer));
                }
                writer.finish();
            }
            target.finish();
        }
    }

    private static List<ArraySpec> stored(Layer layer) {
        PeftNames.Place place = layer.place();
        return List.of(
                new ArraySpec(place.a(), ArraySpec.Type.FLOAT32, List.of(layer.rank(), layer.inputs())),
                new ArraySpec(place.b(), ArraySpec.Type.FLOAT32, List.of(place.outputs(), layer.rank())));
    }

    private HostTensor a(Layer layer) {
        float[] all = new float[Math.multiplyExact(layer.rank(), layer.inputs())];
        int row = 0;
        for (Step step : layer.steps()) {
            int rank = lora(step).rank();
            float[] a = weights.read(step.weight().adapterA()).floats();
            for (int r = 0; r < rank; r++) {
                for (int i = 0; i < layer.inputs(); i++) {
                    all[(row + r) * layer.inputs() + i] = a[i * rank + r];
                }
            }
            row += rank;
        }
        return HostTensor.of(stored(layer).get(0), all);
    }

    private HostTensor b(Layer layer) {
        int width = layer.rank();
        float[] all = new float[Math.multiplyExact(layer.place().outputs(), width)];
        int column = 0;
        for (int part = 0; part < layer.steps().size(); part++) {
            Step step = layer.steps().get(part);
            int rank = lora(step).rank();
            int outputs = step.weight().columns();
            float[] b = weights.read(step.weight().adapterB()).floats();
            for (int o = 0; o < outputs; o++) {
                for (int r = 0; r < rank; r++) {
                    all[(layer.places().get(part).first() + o) * width + column + r] = b[r * outputs + o];
                }
            }
            column += rank;
        }
        return HostTensor.of(stored(layer).get(1), all);
    }

    private Map<String, Object> config() {
        Layer first = layers.values().iterator().next();
        Map<String, Object> ranks = new TreeMap<>();
        Map<String, Object> alphas = new TreeMap<>();
        Set<Boolean> stabilised = layers.values().stream()
                .map(layer -> lora(layer.steps().get(0)).rankStabilised())
                .collect(Collectors.toSet());
        if (stabilised.size() > 1) {
            throw new LancetException("adapter: some of " + plan.model()
                    + " are stabilised() and some are not, but PEFT has one setting for all; adapt all"
                    + " in the same way");
        }
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
        config.put("lora_dropout", 0.0);
        config.put("use_rslora", stabilised.contains(true));
        config.put("bias", "none");
        config.put("fan_in_fan_out", PeftNames.of(transformer).modelType().equals("gpt2"));
        config.put("target_modules", targets());
        config.put("rank_pattern", ranks);
        config.put("alpha_pattern", alphas);
        return config;
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
