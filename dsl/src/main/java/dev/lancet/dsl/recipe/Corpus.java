package dev.lancet.dsl.recipe;

import dev.lancet.dsl.Check;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A text for training and validation: its files, its tokenizer, and the share that is held out.
 *
 * <p>Several files, a folder, an archive ({@code .tar}, {@code .tar.gz}), {@code .jsonl} and {@code .csv} contain
 * documents. A repeated document counts once. The seed chooses whole documents to hold out. A single plain text file is
 * one text, and its end is held out.
 *
 * @param paths text files and folders, relative to the directory of the run
 * @param field the column of {@code .csv}, or the key of {@code .jsonl}, that holds the text; {@code text} unless named
 * @param tokens the tokenizer
 * @param holdOut share of the text to hold out, at least 0 and less than 1
 * @param seed seed for choosing the held-out documents
 */
public record Corpus(List<String> paths, Optional<String> field, Tokens tokens, double holdOut, long seed) {

    /** The tokenizer of a corpus. */
    public sealed interface Tokens {

        /** One token per byte, 256 in all. */
        record Bytes() implements Tokens {
            @Override
            public String toString() {
                return "bytes()";
            }
        }

        /**
         * A byte-pair tokenizer that is learnt from the training part.
         *
         * @param vocabulary number of tokens, including the bytes and the end-of-text token
         */
        record BytePairs(int vocabulary) implements Tokens {

            public BytePairs {
                Check.that(
                        vocabulary > 256,
                        "bpe: %s tokens; the bytes alone are 256, so choose more, for example" + " 4096",
                        vocabulary);
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
     * @param corpus the whole corpus
     * @param heldOut whether this is the held-out part, or the rest
     */
    public record Part(Corpus corpus, boolean heldOut) implements Evaluation {
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
        Check.that(
                holdOut >= 0 && holdOut < 1,
                "holdOut: %s; it must be at least 0 and less than 1, for" + " example 0.05",
                holdOut);
    }

    /** A corpus from files and folders: one token per byte, nothing held out. */
    public static Corpus corpus(String path, String... more) {
        List<String> paths = new ArrayList<>(List.of(more));
        paths.add(0, path);
        return new Corpus(paths, Optional.empty(), new Tokens.Bytes(), 0, 0);
    }

    /** The same corpus, with the text in this column of {@code .csv} or this key of {@code .jsonl}. */
    public Corpus field(String name) {
        return new Corpus(paths, Optional.of(name), tokens, holdOut, seed);
    }

    /** The same corpus with one token per byte. */
    public Corpus bytes() {
        return new Corpus(paths, field, new Tokens.Bytes(), holdOut, seed);
    }

    /** The same corpus with a byte-pair tokenizer of this vocabulary, learnt from the part that is not held out. */
    public Corpus bpe(int vocabulary) {
        return new Corpus(paths, field, new Tokens.BytePairs(vocabulary), holdOut, seed);
    }

    /** The same corpus with the tokenizer of a {@code tokenizer.json} or a {@code tok*.bin}. */
    public Corpus tokenizer(String file) {
        return new Corpus(paths, field, new Tokens.File(file), holdOut, seed);
    }

    /** The same corpus with this share held out from training. */
    public Corpus holdOut(double share) {
        return holdOut(share, seed);
    }

    /** The same corpus with this share held out from training; the seed chooses the documents. */
    public Corpus holdOut(double share, long seed) {
        return new Corpus(paths, field, tokens, share, seed);
    }

    /** The held-out part. */
    public Part heldOut() {
        Check.that(holdOut > 0, "corpus %s: nothing is held out; add .holdOut(0.05)", name());
        return new Part(this, true);
    }

    /** Everything except the held-out part. */
    public Part rest() {
        return new Part(this, false);
    }

    /** The paths, for messages. */
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
