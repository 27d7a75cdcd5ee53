package dev.lancet.runtime.checkpoint;

import dev.lancet.dsl.Transformer;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * The content of {@code lancet.json} in a Lancet model folder.
 *
 * @param format version of the folder's layout
 * @param lancet version of Lancet that wrote the folder
 * @param tensorflow version of TensorFlow Java that Lancet ran on
 * @param transformer the architecture
 * @param seed seed of the training or the fresh weights, if there was one
 * @param tokenizer name of the tokenizer file in the folder, if there is one
 * @param sha256 SHA-256 of each other file, by name
 */
public record Manifest(
        int format,
        String lancet,
        String tensorflow,
        Transformer transformer,
        OptionalLong seed,
        Optional<String> tokenizer,
        Map<String, String> sha256) {

    public Manifest {
        sha256 = java.util.Collections.unmodifiableMap(new TreeMap<>(sha256));
    }
}
