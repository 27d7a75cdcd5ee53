package dev.lancet.dsl.recipe;

import dev.lancet.dsl.Check;

/**
 * Rows for graphs that others wrote: every candidate computes its outputs for them, and the report says how close they are to
 * those of the first candidate.
 *
 * @param path a {@code .npz} or {@code .safetensors} with an array for each input of the signature
 */
public record GraphRows(String path) implements Evaluation {

    public GraphRows {
        Check.that(!path.isBlank(), "rows: the path is empty; name a .npz or .safetensors");
    }

    @Override
    public String toString() {
        return "rows(\"" + path + "\")";
    }
}
