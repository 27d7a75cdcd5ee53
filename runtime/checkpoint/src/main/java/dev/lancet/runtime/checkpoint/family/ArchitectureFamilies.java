package dev.lancet.runtime.checkpoint.family;

import dev.lancet.dsl.Head;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Transformer;
import dev.lancet.runtime.json.ConfigJson;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** The families that Lancet knows. */
public final class ArchitectureFamilies {

    private static final List<ArchitectureFamily> ALL = List.of(
            new Gpt2Family(),
            new LlamaFamily(),
            new Olmo2Family(),
            new SmolLm3Family(),
            new GraniteFamily(),
            new Phi3Family(),
            new GptNeoXFamily(),
            new GemmaFamily(),
            new BertFamily(),
            new RobertaFamily(),
            new DistilBertFamily(),
            new ModernBertFamily());

    private ArchitectureFamilies() {}

    /**
     * The family that has a transformer: its config.json, read again, gives the same transformer.
     *
     * @return empty if no family has all of its parts
     */
    public static Optional<ArchitectureFamily> of(Transformer transformer) {
        return ALL.stream().filter(family -> has(family, transformer)).findFirst();
    }

    /** Whether a config.json can say all parts of a transformer. */
    private static boolean has(ArchitectureFamily family, Transformer transformer) {
        Optional<Map<String, Object>> written = family.write(transformer);
        if (written.isEmpty()) {
            return false;
        }
        ConfigJson config = ConfigJson.of(Path.of("config.json"), written.get());
        try {
            Transformer again = family.read(config, config.requiredText("model_type"), transformer.name());
            boolean pools = again.head() instanceof Head.TextVector && transformer.head() instanceof Head.TextVector;
            return (pools ? again.with(transformer.head()) : again).equals(transformer);
        } catch (LancetException | IllegalArgumentException notSaid) {
            return false;
        }
    }

    /** The family and the model type that a config.json names. */
    public static ArchitectureFamily of(ConfigJson config) {
        String type = config.requiredText("model_type");
        if (type.contains("moe") || experts(config, "num_experts") || experts(config, "num_local_experts")) {
            throw new LancetException(config.file() + ": architecture '" + type
                    + "' is a mixture of experts, which is not" + " supported; use a dense model of its family");
        }
        return ALL.stream()
                .filter(family -> family.modelTypes().contains(type))
                .findFirst()
                .orElseThrow(() -> new LancetException(
                        config.file() + ": architecture '" + type + "' is not supported; use one of " + known()
                                + ", or declare it by its parts, for example Transformer.encoder(\"mine\").residual(preNorm())"
                                + "..., as docs/reference/language.md shows"));
    }

    private static boolean experts(ConfigJson config, String key) {
        return config.integer(key).orElse(0) > 1;
    }

    /** The model types of all families, separated by commas. */
    public static String known() {
        return ALL.stream().flatMap(family -> family.modelTypes().stream()).collect(Collectors.joining(", "));
    }
}
