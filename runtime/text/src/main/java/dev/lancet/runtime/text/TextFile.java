package dev.lancet.runtime.text;

import dev.lancet.dsl.LancetException;
import dev.lancet.runtime.text.source.Documents;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/** The paragraphs of a plain text file: what stands between blank lines. Joined they are the file again, up to white space. */
record TextFile(List<String> paragraphs) {

    // Atomic, so that one \r\n never counts as two line ends.
    private static final Pattern BLANK_LINE = Pattern.compile("(?>\\r\\n|\\n)[ \\t]*(?>\\r\\n|\\n)\\s*");

    TextFile {
        paragraphs = List.copyOf(paragraphs);
    }

    /** One text out of all paragraphs, a blank line between two. */
    String text() {
        return String.join("\n\n", paragraphs);
    }

    /** Where in {@link #text()} each paragraph but the first begins. */
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
            throw new LancetException("corpus: " + file + " holds no text; an empty corpus teaches nothing");
        }
        return new TextFile(paragraphs);
    }
}
