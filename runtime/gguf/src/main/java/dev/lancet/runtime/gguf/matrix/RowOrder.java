package dev.lancet.runtime.gguf.matrix;

/** Which output channel each row of a tensor holds. */
@FunctionalInterface
public interface RowOrder {

    /** The channel of a row. */
    int channel(int row);

    /** Rows in the order of the channels. */
    static RowOrder same() {
        return row -> row;
    }

    /**
     * The order of queries and keys for the rotation of llama.cpp's LLaMA, which turns neighbouring channels, 2i and 2i + 1 of
     * a head. Lancet and Hugging Face turn the halves of a head: channels i and i + headWidth / 2.
     */
    static RowOrder neighbours(int headWidth) {
        return row -> {
            int within = row % headWidth;
            return row - within + within % 2 * (headWidth / 2) + within / 2;
        };
    }
}
