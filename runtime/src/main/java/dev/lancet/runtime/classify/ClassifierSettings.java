package dev.lancet.runtime.classify;

import dev.lancet.dsl.Adapter;
import dev.lancet.dsl.Selector;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * How a graph becomes a classifier of texts.
 *
 * @param tokenizer a {@code tokenizer.json}; empty for the one in or beside the model
 * @param output the output to classify by; empty for the only one that fits
 * @param sequence the most tokens of a text; empty for as many as the signature takes, or 512
 * @param part what is trained
 * @param adapter the adapter for each layer, if adapters are trained
 * @param layers the layers that get one; empty for all linear layers
 */
public record ClassifierSettings(
        Optional<Path> tokenizer,
        Optional<String> output,
        OptionalInt sequence,
        TrainedClassifierPart part,
        Adapter adapter,
        Optional<Selector> layers) {}
