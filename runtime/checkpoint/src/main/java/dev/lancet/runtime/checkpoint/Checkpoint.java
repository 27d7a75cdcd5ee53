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
 * A model on disk, opened: what it is, and its arrays, which are read one at a time when they are asked for.
 *
 * @param transformer what was declared
 * @param plan which arrays it consists of
 * @param weights the arrays, read from the files as they are asked for
 * @param tokenizer its tokenizer file, if one lies beside it
 * @param unused tensors of the files that are no part of the model, for a warning
 * @param stored the type in the files of whatever is not quantised; it is float32 once it is read
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

    /** The same with adapters or another form of its weights. */
    public Checkpoint with(Plan other, Weights arrays) {
        return new Checkpoint(transformer, other, arrays, tokenizer, unused, stored);
    }

    /** How a matrix is stored in the files, for people and programs. */
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
     * Opens whatever model lies there: a Hugging Face folder, a Lancet model folder or a llama2.c {@code .bin}.
     *
     * @throws LancetException if it is none of them, or not whole; the message says which file and what to do
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

    /** The failure to report where a graph is given and a declared model is needed. */
    public static LancetException holdsGraph(Path path, Format format) {
        return new LancetException(path + ": is a " + format.description()
                + ", which holds a graph; here a Hugging Face folder, a Lancet model folder or a llama2.c .bin is"
                + " needed; in Java, GraphModel.open opens it");
    }
}
