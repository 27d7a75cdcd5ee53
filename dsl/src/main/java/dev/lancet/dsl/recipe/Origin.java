package dev.lancet.dsl.recipe;

import dev.lancet.dsl.Transformer;

/** Where a candidate's weights come from. */
public sealed interface Origin {

    /** Fresh weights of a declared transformer. */
    record Declared(Transformer transformer) implements Origin {
        @Override
        public String toString() {
            return transformer.toString();
        }
    }

    /**
     * A model on disk.
     *
     * @param path a Hugging Face folder, a Lancet model folder, or a llama2.c {@code .bin}
     */
    record Checkpoint(String path) implements Origin {
        @Override
        public String toString() {
            return "checkpoint(\"" + path + "\")";
        }
    }

    /** The finished weights of another candidate. */
    record After(String candidate) implements Origin {
        @Override
        public String toString() {
            return "after(\"" + candidate + "\")";
        }
    }

    /** A model on disk. */
    static Origin checkpoint(String path) {
        return new Checkpoint(path);
    }

    /** The finished weights of another candidate. */
    static Origin after(String candidate) {
        return new After(candidate);
    }
}
