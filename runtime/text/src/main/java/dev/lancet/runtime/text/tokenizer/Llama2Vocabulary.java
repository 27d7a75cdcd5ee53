package dev.lancet.runtime.text.tokenizer;

import dev.lancet.dsl.LancetException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The pieces of a llama2.c {@code tok*.bin}. The file has the length of the longest piece, then for each id the score
 * (float32), the length (int32) and the bytes, little-endian, to the end of the file.
 */
public final class Llama2Vocabulary {

    static final long LARGEST_FILE = 64L << 20;
    private static final int LONGEST_PIECE = 1 << 16;
    private static final int FIRST_BYTE = 3;
    private static final int SMALLEST = FIRST_BYTE + 256;

    private final List<byte[]> pieces = new ArrayList<>();
    private final List<Float> scores = new ArrayList<>();

    private Llama2Vocabulary() {}

    /**
     * Reads a file.
     *
     * @throws LancetException if it is damaged or too large
     */
    public static Llama2Vocabulary read(Path file) {
        return parse(BoundedFileReader.read(file, LARGEST_FILE, "tokenizer"), file);
    }

    static Llama2Vocabulary parse(byte[] content, Path file) {
        ByteBuffer in = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
        Llama2Vocabulary vocabulary = new Llama2Vocabulary();
        int longest = in.remaining() < 4 ? 0 : in.getInt();
        if (longest < 1 || longest > LONGEST_PIECE) {
            throw new LancetException(
                    "tokenizer: " + file + " is not a llama2.c tokenizer: its header gives a longest piece of "
                            + longest
                            + " bytes; name a tok*.bin or a tokenizer.json");
        }
        while (in.hasRemaining()) {
            int id = vocabulary.size();
            if (in.remaining() < 8) {
                throw broken(file, id, "its header ends after " + in.remaining() + " of 8 bytes");
            }
            float score = in.getFloat();
            int length = in.getInt();
            if (length < 0 || length > longest) {
                throw broken(file, id, "its header gives " + length + " bytes, but the longest piece has " + longest);
            }
            if (length > in.remaining()) {
                throw broken(file, id, "the file has only " + in.remaining() + " of its " + length + " bytes");
            }
            byte[] piece = new byte[length];
            in.get(piece);
            vocabulary.pieces.add(piece);
            vocabulary.scores.add(score);
        }
        if (vocabulary.size() < SMALLEST) {
            throw new LancetException("tokenizer: " + file + " has " + vocabulary.size()
                    + " pieces, but 3 special ones and 256 bytes are the least; get the complete file");
        }
        return vocabulary;
    }

    private static LancetException broken(Path file, int id, String why) {
        return new LancetException("tokenizer: " + file + " is damaged at piece " + id + ": " + why
                + "; check that it is a complete llama2.c tokenizer");
    }

    /** Number of pieces. */
    public int size() {
        return pieces.size();
    }

    /** The score of a piece: of two possible joins, that into the piece with the higher score comes first. */
    public float score(int id) {
        return scores.get(id);
    }

    /** A piece as text, with spaces where SentencePiece has U+2581. */
    public String piece(int id) {
        return new String(pieces.get(id), StandardCharsets.UTF_8);
    }

    /** A piece as a key, with one character per byte. */
    String text(int id) {
        return text(pieces.get(id));
    }

    static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    /** The bytes that a piece decodes to; {@code <0xNN>} decodes to the byte NN. */
    byte[] bytes(int id) {
        byte[] piece = pieces.get(id);
        String text = text(piece);
        if (text.length() == 6 && text.matches("<0x[0-9A-Fa-f]{2}>")) {
            return new byte[] {(byte) Integer.parseInt(text.substring(3, 5), 16)};
        }
        return piece.clone();
    }
}
