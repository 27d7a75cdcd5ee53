package dev.lancet.runtime.checkpoint.family;

import dev.lancet.dsl.Head;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.Weight;
import dev.lancet.runtime.json.ConfigJson;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** A group of Hugging Face architectures with the same config.json keys and tensor names. */
public interface ArchitectureFamily {

    List<ArchitectureFamily> ALL = List.of(
            new Gpt2Family(),
            new LlamaFamily(),
            new BertFamily(),
            new RobertaFamily(),
            new DistilBertFamily(),
            new ModernBertFamily());

    /** The values of {@code model_type} that belong to this family. */
    List<String> modelTypes();

    /** The transformer that a config.json describes. */
    Transformer read(ConfigJson config, String modelType, String name);

    /** The config.json for a transformer, or empty if the transformer does not belong to this family. */
    Optional<Map<String, Object>> write(Transformer transformer);

    /** The tensor that holds a weight, with its name without the prefix. */
    TensorMapping slot(Transformer transformer, Weight weight);

    /** The prefix of every tensor name that is not {@link #outside}. Some published files lack it. */
    String prefix();

    /** The prefix in the files of a model that Lancet writes. */
    default String prefix(Transformer transformer) {
        return prefix();
    }

    /** Whether a tensor lies outside the prefix, as those of heads do. */
    default boolean outside(String tensor) {
        return tensor.equals(HEAD);
    }

    /** The name that a tensor has in files of earlier programs; the same where there is no other. */
    default String formerName(String tensor) {
        return tensor;
    }

    /** Whether a tensor is a buffer that the program computes itself, not a weight. */
    boolean isBuffer(String tensor);

    /** The tensor name of the head, which has no prefix. */
    String HEAD = "lm_head.weight";

    /**
     * The family that has a transformer: its config.json, read again, gives the same transformer.
     *
     * @return empty if no family has all of its parts
     */
    static Optional<ArchitectureFamily> of(Transformer transformer) {
        return ALL.stream().filter(family -> family.has(transformer)).findFirst();
    }

    /** Whether a config.json can say all parts of a transformer. */
    private boolean has(Transformer transformer) {
        Optional<Map<String, Object>> written = write(transformer);
        if (written.isEmpty()) {
            return false;
        }
        ConfigJson config = ConfigJson.of(Path.of("config.json"), written.get());
        try {
            Transformer again = read(config, config.requiredText("model_type"), transformer.name());
            boolean pools = again.head() instanceof Head.TextVector && transformer.head() instanceof Head.TextVector;
            return (pools ? again.with(transformer.head()) : again).equals(transformer);
        } catch (LancetException | IllegalArgumentException notSaid) {
            return false;
        }
    }

    /** The family and the model type that a config.json names. */
    static ArchitectureFamily of(ConfigJson config) {
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
    static String known() {
        return ALL.stream().flatMap(family -> family.modelTypes().stream()).collect(Collectors.joining(", "));
    }
}
