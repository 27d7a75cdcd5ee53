package dev.lancet.runtime.text;

import dev.lancet.dsl.LancetException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The documents of a text file, in order.
 *
 * <ul>
 *   <li>{@code .jsonl}: a line is a document, a JSON object whose {@code text} it is;
 *   <li>{@code .tar}: every {@code .txt} inside is a document, in the order of their names;
 *   <li>anything else: UTF-8 text, whose documents are parted by blank lines;
 *   <li>each of them also packed, as {@code .gz} or {@code .tgz}.
 * </ul>
 *
 * <p>Joined by {@link #text()} they are the file again, up to white space between documents.
 */
public record TextFile(List<String> documents) {

    private static final long LARGEST = 1L << 30;
    // Atomic, so that one \r\n never counts as two line ends.
    private static final Pattern BLANK_LINE = Pattern.compile("(?>\\r\\n|\\n)[ \\t]*(?>\\r\\n|\\n)\\s*");

    public TextFile {
        documents = List.copyOf(documents);
    }

    /** One text out of all documents, a blank line between two. */
    public String text() {
        return String.join("\n\n", documents);
    }

    /** Where in {@link #text()} each document but the first begins. */
    List<Integer> borders() {
        List<Integer> borders = new ArrayList<>();
        int at = 0;
        for (String document : documents.subList(0, Math.max(0, documents.size() - 1))) {
            at += document.length() + 2;
            borders.add(at);
        }
        return borders;
    }

    /**
     * Reads one.
     *
     * @throws LancetException if the file is missing, empty, too large or not UTF-8
     */
    public static TextFile read(Path file) {
        byte[] bytes = FileBytes.read(file, LARGEST, "corpus");
        String name = String.valueOf(file.getFileName());
        if (name.endsWith(".tgz") || name.endsWith(".gz")) {
            bytes = Packed.unzip(bytes, LARGEST, file);
            name = name.endsWith(".tgz") ? "text.tar" : name.substring(0, name.length() - ".gz".length());
        }
        List<String> documents = documents(name, bytes, file).stream()
                .filter(document -> !document.isBlank())
                .collect(Collectors.toList());
        if (documents.isEmpty()) {
            throw new LancetException("corpus: " + file + " holds no text; an empty corpus teaches nothing");
        }
        return new TextFile(documents);
    }

    private static List<String> documents(String name, byte[] bytes, Path file) {
        if (name.endsWith(".tar")) {
            return Packed.untar(bytes, ".txt", file).entrySet().stream()
                    .map(entry ->
                            utf8(entry.getValue(), file + ", " + entry.getKey()).strip())
                    .toList();
        }
        String text = utf8(bytes, file.toString());
        return name.endsWith(".jsonl") ? lines(text, file) : List.of(BLANK_LINE.split(text));
    }

    private static List<String> lines(String text, Path file) {
        List<String> documents = new ArrayList<>();
        int number = 0;
        for (String line : text.lines().toList()) {
            number++;
            if (!line.isBlank()) {
                documents.add(field(line, file + ", line " + number));
            }
        }
        return documents;
    }

    private static String field(String line, String where) {
        JsonNode node;
        try {
            node = JsonMapper.shared().readTree(line);
        } catch (JacksonException e) {
            throw new LancetException("corpus: " + where + " is no JSON; each line must be an object with a text", e);
        }
        if (!node.path("text").isString()) {
            throw new LancetException(
                    "corpus: " + where + " has no string 'text'; each line must be an object with one");
        }
        return node.path("text").stringValue().strip();
    }

    private static String utf8(byte[] bytes, String where) {
        boolean marked =
                bytes.length >= 3 && bytes[0] == (byte) 0xef && bytes[1] == (byte) 0xbb && bytes[2] == (byte) 0xbf;
        ByteBuffer in = ByteBuffer.wrap(bytes, marked ? 3 : 0, marked ? bytes.length - 3 : bytes.length);
        CharBuffer out = CharBuffer.allocate(in.remaining());
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        CoderResult result = decoder.decode(in, out, true);
        if (result.isError()) {
            throw new LancetException("corpus: " + where + " is not UTF-8 at byte " + in.position()
                    + "; convert it, for instance with iconv -t UTF-8");
        }
        return out.flip().toString();
    }
}
