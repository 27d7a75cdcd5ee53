package dev.lancet.runtime.embed;

import dev.lancet.dsl.LancetException;
import dev.lancet.io.IoErrors;
import dev.lancet.io.PlainFile;
import dev.lancet.io.Progress;
import dev.lancet.runtime.text.source.FieldRows;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Reads the texts of a file, each of which an encoder reads by itself. */
public final class EncoderTexts {

    private static final int LARGEST = 1 << 30;

    private static final List<String> USUAL = List.of("text", "sentence");

    private EncoderTexts() {}

    /**
     * Reads a file: {@code .csv}, {@code .json} or {@code .jsonl} with a text in a field of each row, or any other name for one
     * text on each line, of which the last may be empty.
     *
     * @param field the field; empty for {@code text}, or {@code sentence} where a row has no such field
     * @throws LancetException if the file cannot be read, is not UTF-8, or has no texts
     */
    public static List<String> read(Path file, Optional<String> field) {
        List<String> texts = rows(file) ? fields(file, field) : lines(file, field);
        if (texts.isEmpty()) {
            throw new LancetException("texts: " + file + " has none; give at least one");
        }
        return texts;
    }

    private static boolean rows(Path file) {
        String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
        return name.endsWith(".csv") || name.endsWith(".json") || name.endsWith(".jsonl");
    }

    private static List<String> fields(Path file, Optional<String> field) {
        List<String> texts = new ArrayList<>();
        FieldRows.of(List.of(file)).each("read rows", Progress.silent(), row -> {
            String name = field.orElseGet(() ->
                    USUAL.stream().filter(row.names()::contains).findFirst().orElse(USUAL.get(0)));
            texts.add(row.text(name)
                    .orElseThrow(() -> new LancetException("texts: " + row.where() + " has no text in a field '" + name
                            + "'; it has " + row.names() + "; name the field with --field")));
        });
        return texts;
    }

    private static List<String> lines(Path file, Optional<String> field) {
        field.ifPresent(name -> {
            throw new LancetException(
                    "--field: " + name + "; " + file + " has a text on each line and no fields, so leave it out");
        });
        String whole = utf8(file);
        List<String> lines = new ArrayList<>(Arrays.asList(whole.split("\r?\n", -1)));
        if (lines.get(lines.size() - 1).isEmpty()) {
            lines.remove(lines.size() - 1);
        }
        return lines;
    }

    private static String utf8(Path file) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(PlainFile.read(file, LARGEST)))
                    .toString();
        } catch (CharacterCodingException wrong) {
            throw new LancetException("texts: " + file + " is not UTF-8; convert it", wrong);
        } catch (IOException wrong) {
            throw IoErrors.reading(file, wrong);
        }
    }
}
