package dev.lancet.runtime.embed;

import dev.lancet.dsl.LancetException;
import dev.lancet.io.AtomicFile;
import dev.lancet.io.IoErrors;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * Writes vectors of texts, in the order of the texts: as an array {@code [rows, width]} of float32 for NumPy ({@code .npy},
 * version 1.0), or as a JSON object with {@code vector} and {@code tokens} on each line ({@code .jsonl}).
 */
public final class VectorFile {

    /** NumPy wants the data at a multiple of this. */
    private static final int ALIGNMENT = 64;

    /** The bytes before the header of version 1.0: magic, version, length. */
    private static final int PREAMBLE = 10;

    private VectorFile() {}

    /**
     * Checks the name of a file.
     *
     * @throws LancetException if it ends neither in .npy nor in .jsonl
     */
    public static void requireKnown(Path file) {
        if (!npy(file) && !file.toString().toLowerCase(Locale.ROOT).endsWith(".jsonl")) {
            throw new LancetException("vectors: " + file + "; name a file that ends in .npy or .jsonl");
        }
    }

    private static boolean npy(Path file) {
        return file.toString().toLowerCase(Locale.ROOT).endsWith(".npy");
    }

    /**
     * Writes a file, which must not exist; it appears complete or not at all.
     *
     * @throws LancetException if the file exists or cannot be written
     */
    public static void write(Path file, List<TextEmbedding> vectors, int width) {
        requireKnown(file);
        try (AtomicFile target = AtomicFile.create(file)) {
            try (OutputStream out =
                    new BufferedOutputStream(Channels.newOutputStream(AtomicFile.open(target.partial())))) {
                if (npy(file)) {
                    out.write(header(vectors.size(), width));
                }
                for (TextEmbedding embedding : vectors) {
                    out.write(npy(file) ? row(embedding) : line(embedding));
                }
            } catch (IOException wrong) {
                throw IoErrors.writing(file, wrong);
            }
            target.finish();
        }
    }

    private static byte[] header(int rows, int width) {
        String text = "{'descr': '<f4', 'fortran_order': False, 'shape': (" + rows + ", " + width + "), }";
        int length = text.length() + 1;
        int padded = (PREAMBLE + length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT - PREAMBLE;
        ByteBuffer bytes = ByteBuffer.allocate(PREAMBLE + padded).order(ByteOrder.LITTLE_ENDIAN);
        bytes.put((byte) 0x93).put("NUMPY".getBytes(StandardCharsets.US_ASCII));
        bytes.put((byte) 1).put((byte) 0).putShort((short) padded);
        bytes.put((text + " ".repeat(padded - length) + "\n").getBytes(StandardCharsets.US_ASCII));
        return bytes.array();
    }

    private static byte[] row(TextEmbedding embedding) {
        float[] vector = embedding.vector();
        ByteBuffer bytes = ByteBuffer.allocate(vector.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(vector);
        return bytes.array();
    }

    private static byte[] line(TextEmbedding embedding) {
        StringBuilder line = new StringBuilder("{\"vector\": [");
        float[] vector = embedding.vector();
        for (int i = 0; i < vector.length; i++) {
            line.append(i == 0 ? "" : ", ").append(vector[i]);
        }
        line.append("], \"tokens\": ").append(embedding.tokens()).append("}\n");
        return line.toString().getBytes(StandardCharsets.UTF_8);
    }
}
