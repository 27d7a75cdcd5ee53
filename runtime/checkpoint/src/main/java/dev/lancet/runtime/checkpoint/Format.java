package dev.lancet.runtime.checkpoint;

import dev.lancet.dsl.LancetException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The format of a model on disk. */
public enum Format {
    /** A folder with {@code config.json} and safetensors. */
    HUGGING_FACE("Hugging Face folder"),
    /** A folder with {@code lancet.json}, {@code plan.json} and {@code model.safetensors}. */
    LANCET("Lancet model folder"),
    /** A model file of llama2.c, version 0. */
    LLAMA2C("llama2.c file"),
    /** A folder with {@code saved_model.pb}. */
    SAVED_MODEL("TensorFlow SavedModel folder"),
    /** A file that holds one GraphDef. */
    FROZEN_GRAPH("frozen TensorFlow graph");

    private final String description;

    Format(String description) {
        this.description = description;
    }

    /** The name for people. */
    public String description() {
        return description;
    }

    /**
     * The format of a model, recognized by the names of its files. Their content is not checked.
     *
     * @throws LancetException if the format is not known; the message lists the known ones
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
                path + ": is not a model; name a llama2.c .bin, a frozen graph .pb, or the folder that holds"
                        + " config.json, lancet.json or saved_model.pb");
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
                folder + ": holds no model; name a folder with lancet.json (Lancet), config.json (Hugging Face)"
                        + " or saved_model.pb (TensorFlow)");
    }
}
