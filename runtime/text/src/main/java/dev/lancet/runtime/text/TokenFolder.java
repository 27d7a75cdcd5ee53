package dev.lancet.runtime.text;

import dev.lancet.dsl.LancetException;
import dev.lancet.io.AtomicFolder;
import dev.lancet.io.Progress;
import dev.lancet.runtime.text.tokenizer.Tokenizer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * A folder with the token ids of a corpus and a {@code corpus.json} that describes them. It appears complete or not at
 * all.
 */
record TokenFolder(Path folder, String fingerprint) {

    private static final String MANIFEST = "corpus.json";
    private static final String TRAINING = "training";
    private static final String HELD_OUT = "held-out";

    /**
     * The content of {@code corpus.json}.
     *
     * @param format version of the format of this file and the files beside it
     * @param fingerprint hash of everything that the ids depend on
     * @param corpus the paths, for people
     * @param tokenizer the name of the tokenizer, for people
     * @param vocabulary number of tokens of the tokenizer
     * @param bits bits per id
     * @param documents number of different documents
     * @param repeatedDocuments number of repeated documents, which are left out
     * @param heldOutDocuments number of held-out documents
     * @param trainingIds number of ids in the training part
     * @param heldOutIds number of ids in the held-out part
     * @param largestTrainingId the largest id in the training part, or -1 if it is empty
     * @param largestHeldOutId the largest id in the held-out part, or -1 if it is empty
     */
    private record Manifest(
            int format,
            String fingerprint,
            String corpus,
            String tokenizer,
            int vocabulary,
            int bits,
            int documents,
            int repeatedDocuments,
            int heldOutDocuments,
            long trainingIds,
            long heldOutIds,
            int largestTrainingId,
            int largestHeldOutId) {}

    /** Opens the folder, and creates it first if it does not exist. */
    TokenText open(String name, Tokenizer tokenizer, SplitCorpus texts, Progress progress) {
        if (!Files.isRegularFile(folder.resolve(MANIFEST))) {
            make(name, tokenizer, texts, progress);
        }
        Manifest manifest = manifest();
        int width = manifest.bits / 8;
        if (width != Shards.width(tokenizer.vocabulary())
                || Math.min(manifest.trainingIds, manifest.heldOutIds) < 0
                || Math.max(manifest.largestTrainingId, manifest.largestHeldOutId) >= tokenizer.vocabulary()) {
            throw new LancetException(
                    "tokens: " + folder.resolve(MANIFEST) + " does not fit the " + tokenizer.vocabulary()
                            + " tokens of " + tokenizer.name() + "; remove its folder, and Lancet makes it again");
        }
        return new TokenText(
                name,
                tokenizer,
                Shards.open(folder, TRAINING, width, manifest.trainingIds, manifest.largestTrainingId),
                Shards.open(folder, HELD_OUT, width, manifest.heldOutIds, manifest.largestHeldOutId),
                new TokenText.Counts(manifest.documents, manifest.repeatedDocuments, manifest.heldOutDocuments),
                fingerprint);
    }

    private Manifest manifest() {
        Path file = folder.resolve(MANIFEST);
        try {
            Manifest manifest = JsonMapper.shared().readValue(Files.readAllBytes(file), Manifest.class);
            if (manifest.format != 1 || !manifest.fingerprint.equals(fingerprint)) {
                throw new LancetException("tokens: " + folder + " belongs to another corpus or another version"
                        + " of Lancet;"
                        + " remove it, and Lancet makes it again");
            }
            return manifest;
        } catch (IOException | JacksonException e) {
            throw new LancetException(
                    "tokens: " + file + " cannot be read: " + e.getMessage() + "; remove its folder, and Lancet"
                            + " makes it again",
                    e);
        }
    }

    private void make(String name, Tokenizer tokenizer, SplitCorpus texts, Progress progress) {
        try (AtomicFolder made = AtomicFolder.create(folder)) {
            write(made.partial(""), name, tokenizer, texts, progress);
            finish(made);
        } catch (IOException | UncheckedIOException e) {
            throw cannotBeWritten(e);
        }
    }

    private LancetException cannotBeWritten(Exception e) {
        return new LancetException(
                "tokens: " + folder + " cannot be written: " + e.getMessage() + "; choose another place", e);
    }

    private void write(Path into, String name, Tokenizer tokenizer, SplitCorpus texts, Progress progress)
            throws IOException {
        int width = Shards.width(tokenizer.vocabulary());
        try (ShardWriter training = new ShardWriter(into, TRAINING, width);
                ShardWriter heldOut = new ShardWriter(into, HELD_OUT, width)) {
            Corpora.encode(texts, tokenizer, training, heldOut, progress);
            Manifest manifest = new Manifest(
                    1,
                    fingerprint,
                    name,
                    tokenizer.name(),
                    tokenizer.vocabulary(),
                    8 * width,
                    texts.documents(),
                    texts.repeated(),
                    texts.heldOut(),
                    training.size(),
                    heldOut.size(),
                    training.largest(),
                    heldOut.largest());
            String json = JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(manifest);
            Files.writeString(into.resolve(MANIFEST), json + "\n");
        }
    }

    /** Publishes the folder, unless another process has created the same folder meanwhile. */
    private void finish(AtomicFolder made) {
        try {
            made.finish();
        } catch (LancetException e) {
            if (!Files.isRegularFile(folder.resolve(MANIFEST))) {
                throw e;
            }
        }
    }
}
