package dev.lancet.runtime.checkpoint;

import dev.lancet.dsl.LancetException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What lies under a path that somebody calls a model. */
public enum Format {
    /** A folder with {@code config.json} and safetensors. */
    HUGGING_FACE("Hugging Face folder"),
    /** A folder with {@code lancet.json}, {@code plan.json} and {@code model.safetensors}. */
    LANCET("Lancet model folder"),
    /** A file that llama2.c runs, in its first version. */
    LLAMA2C("llama2.c file"),
    /** A folder with {@code saved_model.pb}. */
    SAVED_MODEL("TensorFlow SavedModel folder"),
    /** A file with one GraphDef. */
    FROZEN_GRAPH("frozen TensorFlow graph");

    private final String description;

    Format(String description) {
        this.description = description;
    }

    /** What a person calls it. */
    public String description() {
        return description;
    }

    /**
     * What a path holds, by the files that are there; their content is not judged.
     *
     * @throws LancetException if it is nothing that is known; the message says what was looked for
     */
    public static Format of(Path path) {
        if (!Files.exists(path)) {
            throw new LancetException(path + ": there is no such file or folder; check the path");
        }
        if (Files.isDirectory(path)) {
            return ofFolder(path);
        }
        String name = String.valueOf(path.getFileName());
        if (name.endsWith(".pb")) {
            return FROZEN_GRAPH;
        }
        if (name.endsWith(".bin")) {
            return LLAMA2C;
        }
        throw new LancetException(
                path + ": is no model; looked for a llama2.c .bin, a frozen graph .pb, or a folder, so"
                        + " give the folder that holds config.json, lancet.json or saved_model.pb");
    }

    private static Format ofFolder(Path folder) {
        if (Files.exists(folder.resolve(ModelFolder.MANIFEST))) {
            return LANCET;
        }
        if (Files.exists(folder.resolve(HuggingFace.CONFIG))) {
            return HUGGING_FACE;
        }
        if (Files.exists(folder.resolve("saved_model.pb"))) {
            return SAVED_MODEL;
        }
        throw new LancetException(
                folder + ": holds no model; looked for lancet.json (Lancet), config.json (Hugging Face)"
                        + " and saved_model.pb (TensorFlow)");
    }
}
