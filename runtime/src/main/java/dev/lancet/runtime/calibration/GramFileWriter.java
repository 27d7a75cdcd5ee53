package dev.lancet.runtime.calibration;

import dev.lancet.compression.calibration.GramMatrices;
import dev.lancet.compression.calibration.GramMatrix;
import dev.lancet.dsl.LancetException;
import dev.lancet.io.AtomicFile;
import dev.lancet.io.IoErrors;
import dev.lancet.io.Sha256;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/**
 * Writes Gram matrices into a file, part by part; {@link GramFile} describes it. The file appears whole, with {@link #finish}, or
 * not at all.
 */
final class GramFileWriter implements AutoCloseable {

    private final Path path;
    private final AtomicFile file;
    private final MessageDigest digest = Sha256.digest();
    private final OutputStream stream;
    private final List<Map<String, Object>> sums = new ArrayList<>();
    private final List<Map<String, Object>> layers = new ArrayList<>();

    private long bytes;

    GramFileWriter(Path path) {
        this.path = path;
        file = AtomicFile.replace(path);
        try {
            stream = new DigestOutputStream(
                    new BufferedOutputStream(Channels.newOutputStream(AtomicFile.reopen(file.partial())), 1 << 16),
                    digest);
            stream.write(GramFile.MAGIC.getBytes(StandardCharsets.UTF_8));
        } catch (IOException wrong) {
            file.close();
            throw IoErrors.writing(path, wrong);
        }
    }

    /** Adds the Gram matrices of some matrices. Layers that share sums are written with one. */
    void add(List<String> matrices, GramMatrices grams) {
        IdentityHashMap<double[], Integer> known = new IdentityHashMap<>();
        try {
            for (String name : matrices) {
                GramMatrix gram = grams.of(name).orElse(null);
                if (gram == null) {
                    continue;
                }
                Integer index = known.get(gram.sums());
                if (index == null) {
                    index = sums.size();
                    known.put(gram.sums(), index);
                    sums.add(Map.of("width", gram.width(), "rows", gram.rows()));
                    write(gram);
                }
                Map<String, Object> layer = new LinkedHashMap<>();
                layer.put("weight", name);
                layer.put("sums", index);
                layer.put("transposed", gram.transposed());
                layers.add(layer);
            }
        } catch (IOException wrong) {
            throw IoErrors.writing(path, wrong);
        }
    }

    private void write(GramMatrix gram) throws IOException {
        int width = gram.width();
        ByteBuffer row = ByteBuffer.allocate(width * Double.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < width; i++) {
            row.clear();
            row.asDoubleBuffer().put(gram.sums(), i * width + i, width - i);
            stream.write(row.array(), 0, (width - i) * Double.BYTES);
            bytes += (long) (width - i) * Double.BYTES;
        }
    }

    /** Completes the file. */
    void finish(String fingerprint, String measured) {
        Map<String, Object> index = new LinkedHashMap<>();
        index.put("fingerprint", fingerprint);
        index.put("measured", measured);
        index.put("sums", sums);
        index.put("layers", layers);
        byte[] json = JsonMapper.shared().writeValueAsBytes(index);
        try {
            stream.write(json);
            stream.write(ByteBuffer.allocate(Long.BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(json.length)
                    .array());
            stream.write(digest.digest());
            stream.close();
        } catch (IOException wrong) {
            throw IoErrors.writing(path, wrong);
        }
        file.finish();
    }

    /** The bytes of the sums so far. */
    long bytes() {
        return bytes;
    }

    /** Removes the file, unless it is finished. Errors do not matter, because nobody needs it. */
    @Override
    public void close() {
        try {
            stream.close();
        } catch (IOException unneeded) {
            // What could not be written is removed next.
        }
        try {
            file.close();
        } catch (LancetException stays) {
            return;
        }
    }
}
