package dev.lancet.runtime.checkpoint;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Step;
import dev.lancet.dsl.weights.Weights;
import dev.lancet.runtime.checkpoint.safetensors.Dtype;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * An opened model on disk: its architecture, and its arrays, each of which is read on demand.
 *
 * @param transformer the architecture
 * @param plan the arrays of the model
 * @param weights reads the arrays from the files on demand
 * @param tokenizer the tokenizer file beside the model, if there is one
 * @param unused tensors in the files that do not belong to the model, for a warning
 * @param stored the type in the files of all arrays that are not quantized; they become float32 when they are read
 */
public record Checkpoint(
        Transformer transformer,
        Plan plan,
        Weights weights,
        Optional<Path> tokenizer,
        List<String> unused,
        Dtype stored) {

    public Checkpoint {
        unused = List.copyOf(unused);
    }

    /** The same model with adapters, or with its weights in another form. */
    public Checkpoint with(Plan other, Weights arrays) {
        return new Checkpoint(transformer, other, arrays, tokenizer, unused, stored);
    }

    /** The type in which a matrix is stored in the files. */
    public String dtype(Step step) {
        return switch (stored) {
            case F16 -> "float16";
            case BF16 -> "bfloat16";
            default -> step.precision().toString();
        };
    }

    /** Bytes of a matrix in the files. */
    public long bytes(Step step) {
        return stored == Dtype.F32 ? step.bytes() : step.parameters() * stored.bits() / Byte.SIZE;
    }

    /** Bytes of the model in the files. */
    public long bytes() {
        return stored == Dtype.F32 ? plan.bytesAfter() : plan.parametersAfter() * stored.bits() / Byte.SIZE;
    }

    /**
     * Opens a model: a Hugging Face folder, a Lancet model folder or a llama2.c {@code .bin}.
     *
     * @throws LancetException if the path holds none of them, or if a file is missing or damaged; the message names the
     * file and     the way out
     */
    public static Checkpoint open(Path path) {
        Format format = Format.of(path);
        return switch (format) {
            case HUGGING_FACE -> HuggingFace.open(path);
            case LANCET -> ModelFolder.open(path).checkpoint();
            case LLAMA2C -> Llama2c.open(path);
            case SAVED_MODEL, FROZEN_GRAPH -> throw holdsGraph(path, format);
        };
    }

    /** The error for a graph in a place that needs a declared model. */
    public static LancetException holdsGraph(Path path, Format format) {
        return new LancetException(path + ": is a graph (" + format.description()
                + "), but a declared model is needed; name a Hugging Face folder, a Lancet model folder or a llama2.c"
                + " .bin, or open the graph with GraphModel.open in Java");
    }
}
