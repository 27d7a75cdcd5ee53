package dev.lancet.runtime.checkpoint.family;

import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.Weight;
import dev.lancet.runtime.json.ConfigJson;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A group of Hugging Face architectures with the same config.json keys and tensor names. */
public interface ArchitectureFamily {

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
}
