package dev.lancet.runtime.checkpoint;

import dev.lancet.dsl.LancetException;
import dev.lancet.io.IoErrors;
import dev.lancet.io.PlainFile;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Finds the tokenizer file beside a model, and the files that belong to it. */
public final class TokenizerFile {

    private static final String HUGGING_FACE = "tokenizer.json";
    private static final String LLAMA2C = "tok*.bin";

    private static final int LARGEST = 64 << 20;

    /**
     * The files beside a tokenizer.json that say how messages become text, which tokens begin and end a text,
     * and how many tokens of a text a sentence encoder reads.
     */
    private static final List<String> COMPANIONS =
            List.of("chat_template.jinja", "tokenizer_config.json", "sentence_bert_config.json");

    private static final String GENERATION = "generation_config.json";

    private TokenizerFile() {}

    /**
     * A tokenizer file, and the chat template and the settings beside it if it is a {@code tokenizer.json}.
     *
     * @return the files, the tokenizer itself first; empty without a tokenizer
     * @throws LancetException if one beside it is no plain file, leads out of its folder, or has more than 64 MiB
     */
    static List<Path> files(Optional<Path> tokenizer) {
        return files(tokenizer, COMPANIONS);
    }

    /** The same, with Hugging Face's settings of generation. */
    public static List<Path> forGeneration(Optional<Path> tokenizer) {
        return files(
                tokenizer,
                Stream.concat(COMPANIONS.stream(), Stream.of(GENERATION)).toList());
    }

    private static List<Path> files(Optional<Path> tokenizer, List<String> companions) {
        List<Path> files = new ArrayList<>(tokenizer.stream().toList());
        tokenizer.filter(file -> file.endsWith(HUGGING_FACE)).ifPresent(json -> companions.stream()
                .map(json::resolveSibling)
                .filter(file -> Files.exists(file, LinkOption.NOFOLLOW_LINKS))
                .map(TokenizerFile::bounded)
                .forEach(files::add));
        return List.copyOf(files);
    }

    private static Path bounded(Path file) {
        try {
            long bytes = Files.size(PlainFile.requireInOwnFolder(file));
            if (bytes > LARGEST) {
                throw new LancetException(file + ": has " + bytes + " bytes, above the limit of " + LARGEST
                        + " for a file beside a tokenizer; move it away if it is not part of the model");
            }
            return file;
        } catch (IOException wrong) {
            throw IoErrors.reading(file, wrong);
        }
    }

    /** The {@code tokenizer.json} of a folder, otherwise its only {@code tok*.bin}, otherwise empty. */
    static Optional<Path> beside(Path folder) {
        Path json = PlainFile.inside(folder, HUGGING_FACE);
        if (Files.isRegularFile(json)) {
            return Optional.of(json);
        }
        TreeSet<Path> found = new TreeSet<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, LLAMA2C)) {
            files.forEach(file -> found.add(PlainFile.requireInside(folder, file)));
        } catch (IOException wrong) {
            throw IoErrors.reading(folder, wrong);
        }
        return found.size() == 1 ? Optional.of(found.first()) : Optional.empty();
    }
}
