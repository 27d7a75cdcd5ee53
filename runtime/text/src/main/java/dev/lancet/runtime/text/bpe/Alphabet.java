package dev.lancet.runtime.text.bpe;

import java.util.Arrays;

/**
 * Writes the bytes of tokens as visible characters. A printable Latin-1 byte becomes its own character; the other 68
 * bytes become the characters from U+0100 on (GPT-2, {@code bytes_to_unicode}). A space therefore becomes {@code Ġ}.
 */
public final class Alphabet {

    /** Number of bytes. */
    public static final int SIZE = 256;

    private static final char[] CHARACTERS = new char[SIZE];
    private static final short[] BYTES = new short[SIZE + 68];

    static {
        Arrays.fill(BYTES, (short) -1);
        int next = SIZE;
        for (int b = 0; b < SIZE; b++) {
            boolean printable = (b >= '!' && b <= '~') || (b >= 0xa1 && b <= 0xac) || b >= 0xae;
            CHARACTERS[b] = (char) (printable ? b : next++);
            BYTES[CHARACTERS[b]] = (short) b;
        }
    }

    private Alphabet() {}

    /** The characters for bytes. */
    public static String text(byte[] bytes) {
        char[] text = new char[bytes.length];
        for (int i = 0; i < text.length; i++) {
            text[i] = CHARACTERS[bytes[i] & 0xff];
        }
        return new String(text);
    }

    /**
     * The bytes for characters.
     *
     * @throws IllegalArgumentException if a character does not stand for a byte
     */
    public static byte[] bytes(String text) {
        byte[] bytes = new byte[text.length()];
        for (int i = 0; i < bytes.length; i++) {
            char c = text.charAt(i);
            if (c >= BYTES.length || BYTES[c] < 0) {
                throw new IllegalArgumentException(
                        "token: '" + text + "' has a character that does not stand" + " for a byte");
            }
            bytes[i] = (byte) BYTES[c];
        }
        return bytes;
    }

    /** All bytes in the order of their characters, {@code [256]}. A training assigns the first ids in this order. */
    static int[] inOrder() {
        int[] order = new int[SIZE];
        int at = 0;
        for (short b : BYTES) {
            if (b >= 0) {
                order[at++] = b;
            }
        }
        return order;
    }
}
