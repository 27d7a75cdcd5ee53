package dev.lancet.runtime.text.tokenizer;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/** Decodes UTF-8 that arrives in pieces. The bytes of an incomplete character wait for the next piece. */
final class Utf8 {

    private final CharsetDecoder decoder = StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPLACE)
            .onUnmappableCharacter(CodingErrorAction.REPLACE);
    private byte[] waiting = new byte[0];

    /** The characters that these bytes complete. */
    String add(byte[] more) {
        ByteBuffer in = ByteBuffer.allocate(waiting.length + more.length)
                .put(waiting)
                .put(more)
                .flip();
        CharBuffer out = CharBuffer.allocate(in.remaining() + 1);
        decoder.decode(in, out, false);
        waiting = new byte[in.remaining()];
        in.get(waiting);
        return out.flip().toString();
    }

    /** U+FFFD if the bytes ended inside a character, otherwise empty. */
    String finish() {
        CharBuffer out = CharBuffer.allocate(waiting.length + 1);
        decoder.decode(ByteBuffer.wrap(waiting), out, true);
        decoder.flush(out);
        decoder.reset();
        waiting = new byte[0];
        return out.flip().toString();
    }
}
