package dev.lancet.runtime.text.tokenizer;

import dev.lancet.dsl.LancetException;
import dev.lancet.io.IoErrors;
import dev.lancet.io.PlainFile;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Finds tokenizer files, and recognizes their kind. */
final class TokenizerFiles {

    private static final String HUGGING_FACE = "tokenizer.json";

    private TokenizerFiles() {}

    static Tokenizer open(Path path) {
        Path file = path;
        if (Files.isDirectory(path)) {
            file = find(path)
                    .orElseThrow(() -> new LancetException("tokenizer: " + path + " has neither " + HUGGING_FACE
                            + " nor tok*.bin; name the file, or use bytes()"));
        }
        String name = String.valueOf(file.getFileName());
        if (name.endsWith(".json")) {
            return HuggingFaceTokenizer.read(file);
        }
        if (name.endsWith(".bin")) {
            return Llama2Tokenizer.read(file);
        }
        throw new LancetException("tokenizer: " + path
                + " is of no known kind; name a tokenizer.json, a llama2.c tok*.bin, or a model folder");
    }

    static Optional<Path> find(Path folder) {
        Path json = PlainFile.inside(folder, HUGGING_FACE);
        if (Files.isRegularFile(json)) {
            return Optional.of(json);
        }
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "tok*.bin")) {
            files.forEach(file -> found.add(PlainFile.requireInside(folder, file)));
        } catch (IOException e) {
            throw IoErrors.reading(folder, e);
        }
        if (found.size() > 1) {
            throw new LancetException(
                    "tokenizer: " + folder + " has " + found.size() + " files tok*.bin; name one of them");
        }
        return found.stream().findFirst();
    }
}
