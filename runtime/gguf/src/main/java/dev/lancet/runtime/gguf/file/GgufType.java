package dev.lancet.runtime.gguf.file;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The element types of GGUF that Lancet writes. Rows are stored in blocks: one number each for floats, and for codes 32
 * consecutive numbers with a float16 scale d (ggml, {@code block_q8_0} and {@code block_q4_0}).
 */
public enum GgufType {
    /** 32-bit floats. */
    FLOAT32(0, 1, 4, 0),
    /** IEEE 754 binary16. */
    FLOAT16(1, 1, 2, 1),
    /** d, then 16 bytes: byte j has number j in its lower half and number j + 16 in its upper one, each {@code (code − 8) · d}. */
    Q4_0(2, 32, 18, 2),
    /** d, then 32 signed bytes, each {@code code · d}. */
    Q8_0(8, 32, 34, 7),
    /** The upper half of a 32-bit float. */
    BFLOAT16(30, 1, 2, 32);

    private final int id;
    private final int block;
    private final int blockBytes;
    private final int fileType;

    GgufType(int id, int block, int blockBytes, int fileType) {
        this.id = id;
        this.block = block;
        this.blockBytes = blockBytes;
        this.fileType = fileType;
    }

    /** The number of the type in a file (ggml, {@code enum ggml_type}). */
    public int id() {
        return id;
    }

    /** Numbers of a block. */
    public int block() {
        return block;
    }

    /** Bytes of a block. */
    public int blockBytes() {
        return blockBytes;
    }

    /** The number for {@code general.file_type} if most weights have this type (llama.cpp, {@code enum llama_ftype}). */
    public int fileType() {
        return fileType;
    }

    /** Whether rows of this many numbers can have this type: its blocks must divide them. */
    public boolean fits(int numbers) {
        return numbers % block == 0;
    }

    /** Bytes of a row. */
    public int rowBytes(int numbers) {
        return Math.multiplyExact(numbers / block, blockBytes);
    }

    /** Whether it stores codes with scales. */
    public boolean quantized() {
        return block > 1;
    }

    /** The type of this name, as {@link #toString} gives it. */
    public static Optional<GgufType> find(String name) {
        return Arrays.stream(values())
                .filter(type -> type.toString().equals(name))
                .findFirst();
    }

    /** All names. */
    public static String names() {
        return Arrays.stream(values()).map(GgufType::toString).collect(Collectors.joining(", "));
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
