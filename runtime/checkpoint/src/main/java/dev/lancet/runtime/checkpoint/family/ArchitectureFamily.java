package dev.lancet.runtime.checkpoint.family;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.Weight;
import dev.lancet.runtime.json.ConfigJson;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** A group of Hugging Face architectures with the same config.json keys and tensor names. */
public interface ArchitectureFamily {

    List<ArchitectureFamily> ALL = List.of(new Gpt2Family(), new LlamaFamily());

    /** The values of {@code model_type} that belong to this family. */
    List<String> modelTypes();

    /** The transformer that a config.json describes. */
    Transformer read(ConfigJson config, String modelType, String name);

    /** The config.json for a transformer, or empty if the transformer does not belong to this family. */
    Optional<Map<String, Object>> write(Transformer transformer);

    /** The tensor that holds a weight, with its name without the prefix. */
    TensorMapping slot(Transformer transformer, Weight weight);

    /** The prefix of every tensor name except the head's. Some published files lack it. */
    String prefix();

    /** Whether a tensor is a buffer that the program computes itself, not a weight. */
    boolean isBuffer(String tensor);

    /** The tensor name of the head, which has no prefix. */
    String HEAD = "lm_head.weight";

    /** The family and the model type that a config.json names. */
    static ArchitectureFamily of(ConfigJson config) {
        String type = config.requiredText("model_type");
        return ALL.stream()
                .filter(family -> family.modelTypes().contains(type))
                .findFirst()
                .orElseThrow(
                        () -> new LancetException(
                                config.file() + ": architecture '" + type + "' is not supported; use one of " + known()
                                        + ", or declare its parts with Transformer.decoder(...), as docs/reference/language.md shows"));
    }

    /** The model types of all families, separated by commas. */
    static String known() {
        return ALL.stream().flatMap(family -> family.modelTypes().stream()).collect(Collectors.joining(", "));
    }
}
