package dev.lancet.runtime.checkpoint;

import dev.lancet.io.IoErrors;
import dev.lancet.io.PlainFile;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.TreeSet;

/** Finds the tokenizer file beside a model. */
final class TokenizerFile {

    private static final String HUGGING_FACE = "tokenizer.json";
    private static final String LLAMA2C = "tok*.bin";

    private TokenizerFile() {}

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
