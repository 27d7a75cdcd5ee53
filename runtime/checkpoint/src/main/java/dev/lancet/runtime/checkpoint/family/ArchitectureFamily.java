package dev.lancet.runtime.checkpoint.family;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.Weight;
import dev.lancet.runtime.json.ConfigJson;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** A group of Hugging Face architectures: how its config.json reads, and what it calls its tensors. */
public interface ArchitectureFamily {

    List<ArchitectureFamily> ALL = List.of(new Gpt2Family(), new LlamaFamily());

    /** The values of {@code model_type} that belong to it. */
    List<String> modelTypes();

    /** The transformer that a config.json describes. */
    Transformer read(ConfigJson config, String modelType, String name);

    /** What config.json says of a transformer, or empty if the transformer is not of this family. */
    Optional<Map<String, Object>> write(Transformer transformer);

    /** Where a weight lies, in names without the prefix. */
    TensorMapping slot(Transformer transformer, Weight weight);

    /** What stands before every name but the head's; some published files lack it. */
    String prefix();

    /** Whether a tensor is no weight but a buffer that the program computes itself. */
    boolean isBuffer(String tensor);

    /** The head, which has no prefix. */
    String HEAD = "lm_head.weight";

    /** The family and type that a config.json names. */
    static ArchitectureFamily of(ConfigJson config) {
        String type = config.requiredText("model_type");
        return ALL.stream()
                .filter(family -> family.modelTypes().contains(type))
                .findFirst()
                .orElseThrow(() -> new LancetException(
                        config.file() + ": architecture '" + type + "' is not known; known are " + known()));
    }

    private static String known() {
        return ALL.stream().flatMap(family -> family.modelTypes().stream()).collect(Collectors.joining(", "));
    }
}
