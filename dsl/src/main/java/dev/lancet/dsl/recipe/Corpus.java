package dev.lancet.dsl.recipe;

/**
 * Text to train on and to hold out: where it lies, how it becomes tokens, how much of its end is never trained on.
 *
 * @param path a text file, relative to the directory of the run
 * @param tokens how text becomes token ids
 * @param holdOut share of the text, from its end, that is held out
 */
public record Corpus(String path, Tokens tokens, double holdOut) {

    /** How text becomes token ids. */
    public sealed interface Tokens {

        /** One token a byte, 256 in all. */
        record Bytes() implements Tokens {
            @Override
            public String toString() {
                return "bytes()";
            }
        }

        /**
         * A tokenizer file.
         *
         * @param path a {@code tokenizer.json}, or llama2.c's {@code tok*.bin}
         */
        record File(String path) implements Tokens {
            @Override
            public String toString() {
                return "tokenizer(\"" + path + "\")";
            }
        }
    }

    /**
     * A part of a corpus.
     *
     * @param corpus the whole
     * @param heldOut whether the held-out end is meant, or the rest
     */
    public record Part(Corpus corpus, boolean heldOut) {
        @Override
        public String toString() {
            return corpus + (heldOut ? ".heldOut()" : ".rest()");
        }
    }

    public Corpus {
        Check.that(!path.isBlank(), "corpus: the path is empty; name a text file");
        Check.that(holdOut >= 0 && holdOut < 1, "holdOut: %s; it must be at least 0 and under 1, say 0.05", holdOut);
    }

    /** The text of a file, as bytes, nothing held out. */
    public static Corpus corpus(String path) {
        return new Corpus(path, new Tokens.Bytes(), 0);
    }

    /** The same text, one token a byte. */
    public Corpus bytes() {
        return new Corpus(path, new Tokens.Bytes(), holdOut);
    }

    /** The same text through a {@code tokenizer.json} or a {@code tok*.bin}. */
    public Corpus tokenizer(String file) {
        return new Corpus(path, new Tokens.File(file), holdOut);
    }

    /** The same text, this share of its end held out from training. */
    public Corpus holdOut(double share) {
        return new Corpus(path, tokens, share);
    }

    /** The held-out end. */
    public Part heldOut() {
        Check.that(holdOut > 0, "corpus %s: nothing is held out; add .holdOut(0.05)", path);
        return new Part(this, true);
    }

    /** All but the held-out end. */
    public Part rest() {
        return new Part(this, false);
    }

    @Override
    public String toString() {
        return "corpus(\"" + path + "\")." + tokens + (holdOut == 0 ? "" : ".holdOut(" + holdOut + ")");
    }
}
