package dev.lancet.dsl.recipe;

import dev.lancet.dsl.Check;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Text to train on and to hold out: where it lies, how it becomes tokens, how much of it is never trained on.
 *
 * <p>Several files, a folder, an archive ({@code .tar}, {@code .tar.gz}), {@code .jsonl} and {@code .csv} hold documents: each
 * different document counts once, and whole documents are held out, chosen by the seed. One plain text file is one text,
 * whose end is held out.
 *
 * @param paths text files and folders, relative to the directory of the run
 * @param field the column of {@code .csv}, or the key of {@code .jsonl}, that holds the text; {@code text} unless named
 * @param tokens how text becomes token ids
 * @param holdOut share of the text that is held out
 * @param seed of the choice of documents
 */
public record Corpus(List<String> paths, Optional<String> field, Tokens tokens, double holdOut, long seed) {

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
         * Byte pairs, learnt from what is trained on.
         *
         * @param vocabulary number of tokens, bytes and the end of a text among them
         */
        record BytePairs(int vocabulary) implements Tokens {

            public BytePairs {
                Check.that(
                        vocabulary > 256, "bpe: %s tokens; the bytes alone are 256, take more, say 4096", vocabulary);
            }

            @Override
            public String toString() {
                return "bpe(" + vocabulary + ")";
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
     * @param heldOut whether what is held out is meant, or the rest
     */
    public record Part(Corpus corpus, boolean heldOut) {
        @Override
        public String toString() {
            return corpus + (heldOut ? ".heldOut()" : ".rest()");
        }
    }

    public Corpus {
        paths = List.copyOf(paths);
        Check.that(
                !paths.isEmpty() && paths.stream().noneMatch(String::isBlank),
                "corpus: the path is empty; name a text file");
        Check.that(field.filter(String::isEmpty).isEmpty(), "corpus %s: the field has no name; give one", paths.get(0));
        Check.that(holdOut >= 0 && holdOut < 1, "holdOut: %s; it must be at least 0 and under 1, say 0.05", holdOut);
    }

    /** The texts of files and folders, as bytes, nothing held out. */
    public static Corpus corpus(String path, String... more) {
        List<String> paths = new ArrayList<>(List.of(more));
        paths.add(0, path);
        return new Corpus(paths, Optional.empty(), new Tokens.Bytes(), 0, 0);
    }

    /** The same texts, each under this column of {@code .csv} or this key of {@code .jsonl}. */
    public Corpus field(String name) {
        return new Corpus(paths, Optional.of(name), tokens, holdOut, seed);
    }

    /** The same text, one token a byte. */
    public Corpus bytes() {
        return new Corpus(paths, field, new Tokens.Bytes(), holdOut, seed);
    }

    /** The same text in so many tokens, which are learnt from what is not held out. */
    public Corpus bpe(int vocabulary) {
        return new Corpus(paths, field, new Tokens.BytePairs(vocabulary), holdOut, seed);
    }

    /** The same text through a {@code tokenizer.json} or a {@code tok*.bin}. */
    public Corpus tokenizer(String file) {
        return new Corpus(paths, field, new Tokens.File(file), holdOut, seed);
    }

    /** The same text, this share of it held out from training. */
    public Corpus holdOut(double share) {
        return holdOut(share, seed);
    }

    /** The same text, this share of it held out from training; the seed chooses the documents. */
    public Corpus holdOut(double share, long seed) {
        return new Corpus(paths, field, tokens, share, seed);
    }

    /** The held-out part. */
    public Part heldOut() {
        Check.that(holdOut > 0, "corpus %s: nothing is held out; add .holdOut(0.05)", name());
        return new Part(this, true);
    }

    /** All but the held-out part. */
    public Part rest() {
        return new Part(this, false);
    }

    /** Its paths, for messages. */
    public String name() {
        return String.join(", ", paths);
    }

    @Override
    public String toString() {
        String list = paths.stream().map(path -> "\"" + path + "\"").collect(Collectors.joining(", "));
        return "corpus(" + list + ")"
                + field.map(name -> ".field(\"" + name + "\")").orElse("")
                + "." + tokens
                + (holdOut == 0 ? "" : ".holdOut(" + holdOut + (seed == 0 ? "" : ", " + seed) + ")");
    }
}
