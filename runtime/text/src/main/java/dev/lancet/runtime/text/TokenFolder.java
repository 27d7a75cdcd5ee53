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

/** A folder with the ids of a corpus and a {@code corpus.json} that says what they are; there whole or not at all. */
record TokenFolder(Path folder, String fingerprint) {

    private static final String MANIFEST = "corpus.json";
    private static final String TRAINING = "training";
    private static final String HELD_OUT = "held-out";

    /**
     * What lies in the folder.
     *
     * @param format of this file and of those beside it
     * @param fingerprint of what the ids follow from
     * @param corpus the paths, for people
     * @param tokenizer its name, for people
     * @param vocabulary number of tokens it has
     * @param bits that an id takes
     * @param documents different ones
     * @param repeatedDocuments left out
     * @param heldOutDocuments held out
     * @param trainingIds number of them
     * @param heldOutIds number of them
     * @param largestTrainingId or -1
     * @param largestHeldOutId or -1
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

    /** Opens the folder; makes it first if it is not there. */
    TokenText open(String name, Tokenizer tokenizer, SplitCorpus texts, Progress progress) {
        if (!Files.isRegularFile(folder.resolve(MANIFEST))) {
            make(name, tokenizer, texts, progress);
        }
        Manifest manifest = manifest();
        int width = manifest.bits / 8;
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
                throw new LancetException("tokens: " + folder + " is of another corpus or of another Lancet;"
                        + " remove it, it is made anew");
            }
            return manifest;
        } catch (IOException | JacksonException e) {
            throw new LancetException(
                    "tokens: " + file + " cannot be read: " + e.getMessage() + "; remove its folder, it is made anew",
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

    /** Another process may have made the same meanwhile; it is as good. */
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
