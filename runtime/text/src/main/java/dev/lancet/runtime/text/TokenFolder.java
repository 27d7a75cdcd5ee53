package dev.lancet.runtime.text;

import dev.lancet.dsl.LancetException;
import dev.lancet.io.AtomicFolder;
import dev.lancet.io.IoErrors;
import dev.lancet.io.Progress;
import dev.lancet.io.SafeFileName;
import dev.lancet.io.Sha256;
import dev.lancet.io.Verification;
import dev.lancet.runtime.text.tokenizer.Tokenizer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
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
     * @param sha256 the hash of each file with ids; null in folders of earlier versions
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
            int largestHeldOutId,
            @Nullable Map<String, String> sha256) {

        /** Whether all values are possible, as those of a damaged file may not be. */
        boolean sound() {
            return (bits == 16 || bits == 32) && trainingIds >= 0 && heldOutIds >= 0 && vocabulary > 0;
        }
    }

    /** Opens the folder, and creates it first if it does not exist. */
    TokenText open(String name, Tokenizer tokenizer, SplitCorpus texts, Progress progress) {
        if (!Files.isRegularFile(folder.resolve(MANIFEST))) {
            make(name, tokenizer, texts, progress);
        }
        Manifest manifest = manifest();
        int width = manifest.bits / 8;
        Shards training = Shards.open(folder, TRAINING, width, manifest.trainingIds, manifest.largestTrainingId);
        Shards heldOut = Shards.open(folder, HELD_OUT, width, manifest.heldOutIds, manifest.largestHeldOutId);
        if (Verification.wanted()) {
            verify(manifest);
        }
        return new TokenText(
                name,
                tokenizer,
                training,
                heldOut,
                new TokenText.Counts(manifest.documents, manifest.repeatedDocuments, manifest.heldOutDocuments),
                fingerprint);
    }

    private Manifest manifest() {
        Path file = folder.resolve(MANIFEST);
        try {
            Manifest manifest = JsonMapper.shared().readValue(Files.readAllBytes(file), Manifest.class);
            if (manifest.format != 1 || !fingerprint.equals(manifest.fingerprint) || !manifest.sound()) {
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

    /** Compares the files with their hashes. */
    private void verify(Manifest manifest) {
        Map<String, String> hashes = manifest.sha256 == null ? Map.of() : manifest.sha256;
        hashes.forEach((name, wanted) -> {
            Path file = folder.resolve(name);
            try {
                if (!SafeFileName.is(name) || !Sha256.of(file).equals(wanted)) {
                    throw new LancetException("tokens: " + file + " has changed since it was written; remove its folder,"
                            + " and Lancet makes it again");
                }
            } catch (IOException e) {
                throw IoErrors.reading(file, e);
            }
        });
    }

    /** Makes the folder, unless another process makes it meanwhile. */
    private void make(String name, Tokenizer tokenizer, SplitCorpus texts, Progress progress) {
        Optional<AtomicFolder> begun = AtomicFolder.createUnlessThere(folder);
        if (begun.isEmpty()) {
            return;
        }
        try (AtomicFolder made = begun.get()) {
            write(made, name, tokenizer, texts, progress);
            made.finish();
        } catch (IOException | UncheckedIOException e) {
            throw cannotBeWritten(e);
        }
    }

    private LancetException cannotBeWritten(Exception e) {
        return new LancetException(
                "tokens: " + folder + " cannot be written: " + e.getMessage() + "; choose another place", e);
    }

    private void write(AtomicFolder into, String name, Tokenizer tokenizer, SplitCorpus texts, Progress progress)
            throws IOException {
        int width = Shards.width(tokenizer.vocabulary());
        Path where = into.partial("");
        try (ShardWriter training = new ShardWriter(where, TRAINING, width);
                ShardWriter heldOut = new ShardWriter(where, HELD_OUT, width)) {
            Corpora.encode(texts, tokenizer, training, heldOut, progress);
            training.finish();
            heldOut.finish();
            Map<String, String> hashes = new TreeMap<>();
            Shards.names(TRAINING, training.size()).forEach(file -> hashes.put(file, into.sha256(file)));
            Shards.names(HELD_OUT, heldOut.size()).forEach(file -> hashes.put(file, into.sha256(file)));
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
                    heldOut.largest(),
                    hashes);
            String json = JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(manifest);
            into.text(MANIFEST, json + "\n");
        }
    }
}
