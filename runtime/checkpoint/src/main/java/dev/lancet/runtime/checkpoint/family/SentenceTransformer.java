package dev.lancet.runtime.checkpoint.family;

import dev.lancet.dsl.Head;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Pooling;
import dev.lancet.dsl.Transformer;
import dev.lancet.io.AtomicFolder;
import dev.lancet.io.PlainFile;
import dev.lancet.runtime.json.ConfigJson;
import dev.lancet.runtime.json.LanguageJson;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The settings of sentence-transformers beside a Hugging Face encoder: {@code modules.json} lists the steps from a text to its
 * vector, and {@code 1_Pooling/config.json} says how the vectors of tokens become one.
 */
public final class SentenceTransformer {

    /** What an encoder without such settings gives. */
    static final Head.TextVector USUAL = Head.textVector(Pooling.MEAN).normalized();

    private static final String MODULES = "modules.json";
    private static final String POOLING = "1_Pooling";
    private static final String NORMALIZE = "2_Normalize";
    private static final String PREFIX = "pooling_mode_";

    private static final Map<String, Pooling> MODES = Map.of(
            "mean_tokens", Pooling.MEAN,
            "cls_token", Pooling.CLS,
            "lasttoken", Pooling.LAST);

    private SentenceTransformer() {}

    /**
     * The head of an encoder.
     *
     * @param config its config.json, beside which the settings lie
     * @throws LancetException if there is a step or a pooling that Lancet does not have
     */
    static Head head(ConfigJson config) {
        Path folder = config.file().getParent();
        if (folder == null || !Files.isRegularFile(PlainFile.inside(folder, MODULES))) {
            return USUAL;
        }
        Head.TextVector head = Head.textVector(Pooling.MEAN);
        List<ConfigJson> modules = ConfigJson.list(PlainFile.inside(folder, MODULES));
        for (ConfigJson module : modules) {
            String type = module.requiredText("type");
            switch (type.substring(type.lastIndexOf('.') + 1)) {
                case "Transformer" -> {
                    // The model itself.
                }
                case "Pooling" ->
                    head = Head.textVector(pooling(
                            ConfigJson.read(PlainFile.inside(folder, module.requiredText("path") + "/config.json"))));
                case "Normalize" -> head = head.normalized();
                default ->
                    throw module.unsupported(
                            "type", type, "Transformer, Pooling or Normalize of sentence-transformers");
            }
        }
        return head;
    }

    private static Pooling pooling(ConfigJson config) {
        Optional<String> named = config.text("pooling_mode");
        if (named.isPresent()) {
            return switch (named.get()) {
                case "mean" -> Pooling.MEAN;
                case "cls" -> Pooling.CLS;
                case "lasttoken" -> Pooling.LAST;
                default -> throw config.unsupported("pooling_mode", named.get(), "mean, cls or lasttoken");
            };
        }
        List<String> chosen = config.node().propertyNames().stream()
                .filter(key -> key.startsWith(PREFIX) && config.flag(key).orElse(false))
                .map(key -> key.substring(PREFIX.length()))
                .toList();
        if (chosen.size() != 1 || !MODES.containsKey(chosen.get(0))) {
            throw config.unsupported(
                    PREFIX + "*",
                    chosen,
                    "one of " + MODES.keySet().stream().sorted().toList());
        }
        return MODES.getOrDefault(chosen.get(0), Pooling.MEAN);
    }

    /** Writes the settings of a model whose head gives a vector; nothing for another head. */
    public static void write(AtomicFolder target, Transformer transformer) {
        if (!(transformer.head() instanceof Head.TextVector head)) {
            return;
        }
        Map<String, Object> pooling = new LinkedHashMap<>();
        pooling.put("word_embedding_dimension", transformer.width());
        pooling.put(PREFIX + "cls_token", head.pooling() == Pooling.CLS);
        pooling.put(PREFIX + "mean_tokens", head.pooling() == Pooling.MEAN);
        pooling.put(PREFIX + "max_tokens", false);
        pooling.put(PREFIX + "mean_sqrt_len_tokens", false);
        pooling.put(PREFIX + "weightedmean_tokens", false);
        pooling.put(PREFIX + "lasttoken", head.pooling() == Pooling.LAST);
        pooling.put("include_prompt", true);
        target.subfolder(POOLING);
        target.text(POOLING + "/config.json", LanguageJson.pretty(pooling) + "\n");
        Map<String, Object> model = module(0, "", "Transformer");
        Map<String, Object> pool = module(1, POOLING, "Pooling");
        target.text(
                MODULES,
                LanguageJson.pretty(
                                head.unitLength()
                                        ? List.of(model, pool, module(2, NORMALIZE, "Normalize"))
                                        : List.of(model, pool))
                        + "\n");
    }

    private static Map<String, Object> module(int index, String path, String type) {
        Map<String, Object> module = new LinkedHashMap<>();
        module.put("idx", index);
        module.put("name", String.valueOf(index));
        module.put("path", path);
        module.put("type", "sentence_transformers.models." + type);
        return module;
    }
}
