package dev.lancet.runtime.text;

import dev.lancet.dsl.LancetException;
import dev.lancet.runtime.text.source.Documents;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The paragraphs of a plain text file, which blank lines separate. Joined, they give the file except for white space.
 */
record TextFile(List<String> paragraphs) {

    // The groups are atomic, so that one \r\n never counts as two line ends.
    private static final Pattern BLANK_LINE = Pattern.compile("(?>\\r\\n|\\n)[ \\t]*(?>\\r\\n|\\n)\\s*");

    TextFile {
        paragraphs = List.copyOf(paragraphs);
    }

    /** All paragraphs as one text, with a blank line between them. */
    String text() {
        return String.join("\n\n", paragraphs);
    }

    /** The indices in {@link #text()} at which the paragraphs begin, except the first. */
    List<Integer> borders() {
        List<Integer> borders = new ArrayList<>();
        int at = 0;
        for (String paragraph : paragraphs.subList(0, Math.max(0, paragraphs.size() - 1))) {
            at += paragraph.length() + 2;
            borders.add(at);
        }
        return borders;
    }

    static TextFile read(Path file) {
        List<String> paragraphs = Arrays.stream(BLANK_LINE.split(Documents.plain(file)))
                .filter(paragraph -> !paragraph.isBlank())
                .toList();
        if (paragraphs.isEmpty()) {
            throw new LancetException("corpus: " + file + " contains no text; name a file or folder with text");
        }
        return new TextFile(paragraphs);
    }
}
