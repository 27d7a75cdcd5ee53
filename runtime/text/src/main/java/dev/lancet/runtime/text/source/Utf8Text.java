package dev.lancet.runtime.text.source;

import dev.lancet.dsl.LancetException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;

/** Decodes UTF-8 strictly: invalid bytes are an error. A byte order mark at the beginning is dropped. */
final class Utf8Text {

    private static final int LARGEST = 1 << 30;
    private static final char MARK = '\ufeff';

    private Utf8Text() {}

    static String whole(InputStream in, String where) throws IOException {
        byte[] bytes = in.readNBytes(LARGEST);
        if (bytes.length == LARGEST) {
            throw new LancetException("corpus: " + where + " holds a document of 1 GiB or more; split it");
        }
        ByteBuffer from = ByteBuffer.wrap(bytes);
        CharBuffer text = CharBuffer.allocate(bytes.length);
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        CoderResult result = decoder.decode(from, text, true);
        if (result.isError()) {
            throw new LancetException("corpus: " + where + " is not UTF-8 at byte " + from.position()
                    + "; convert it, for example with iconv -t UTF-8");
        }
        String whole = text.flip().toString();
        return !whole.isEmpty() && whole.charAt(0) == MARK ? whole.substring(1) : whole;
    }

    /** A reader that throws {@link java.nio.charset.CharacterCodingException} if the bytes are not UTF-8. */
    static BufferedReader reader(InputStream in) throws IOException {
        BufferedReader reader =
                new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8.newDecoder()), 1 << 16);
        reader.mark(1);
        if (reader.read() != MARK) {
            reader.reset();
        }
        return reader;
    }

    static LancetException wrong(String where) {
        return new LancetException("corpus: " + where + " is not UTF-8; convert it, for instance with iconv -t UTF-8");
    }
}
