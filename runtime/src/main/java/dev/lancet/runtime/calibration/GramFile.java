package dev.lancet.runtime.calibration;

import dev.lancet.compression.calibration.GramMatrices;
import dev.lancet.compression.calibration.GramMatrix;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.io.IoErrors;
import dev.lancet.io.Sha256;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Gram matrices in a file. Each is read when it is asked for; the ones that were read last stay in memory as long as all of
 * them take no more than a share of the heap.
 *
 * <pre>
 * "lancet grams 1\n"
 * the sums, one matrix after the other: its upper triangle, row by row, as little-endian float64
 * the index, JSON: fingerprint, measured (a date), sums [{width, rows}], layers [{weight, sums, transposed}]
 * the length of the index, little-endian int64
 * the SHA-256 of everything before it, 32 bytes
 * </pre>
 */
final class GramFile implements GramMatrices {

    static final String MAGIC = "lancet grams 1\n";

    private static final int TAIL = Long.BYTES + 32;
    private static final int HEAP_SHARE = 4;
    private static final int CHUNK = 1 << 16;

    private final Path path;
    private final GramIndex index;
    private final LinkedHashMap<Integer, double[]> recent = new LinkedHashMap<>(16, 0.75f, true);
    private long recentBytes;

    private GramFile(Path path, GramIndex index) {
        this.path = path;
        this.index = index;
    }

    /**
     * Opens a file, and checks all of it.
     *
     * @param fingerprint what it must have been measured for
     * @param plan the model whose layers they are
     * @throws IOException with the reason if it is damaged, or of another calibration
     */
    static GramFile open(Path path, String fingerprint, Plan plan) throws IOException {
        long size = Files.size(path);
        if (size < MAGIC.length() + TAIL) {
            throw new IOException("it is only " + size + " bytes long");
        }
        try (SeekableByteChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            requireWhole(channel, size);
            long length = read(channel, size - TAIL, Long.BYTES).getLong();
            if (length < 0 || length > Math.min(GramIndex.LONGEST, size - TAIL - MAGIC.length())) {
                throw new IOException("its index of " + length + " bytes does not fit");
            }
            byte[] begin = read(channel, 0, MAGIC.length()).array();
            if (!MAGIC.equals(new String(begin, StandardCharsets.UTF_8))) {
                throw new IOException("it does not begin as such a file");
            }
            byte[] json = read(channel, size - TAIL - length, (int) length).array();
            GramIndex index = GramIndex.read(json, size - TAIL - length, fingerprint, plan);
            return new GramFile(path, index);
        }
    }

    private static void requireWhole(SeekableByteChannel channel, long size) throws IOException {
        MessageDigest digest = Sha256.digest();
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
        long end = size - 32;
        channel.position(0);
        for (long at = 0; at < end; at += chunk.limit()) {
            chunk.clear().limit((int) Math.min(CHUNK, end - at));
            fill(channel, chunk);
            digest.update(chunk.flip());
        }
        if (!Arrays.equals(digest.digest(), read(channel, end, 32).array())) {
            throw new IOException("its checksum is wrong");
        }
    }

    private static ByteBuffer read(SeekableByteChannel channel, long at, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        channel.position(at);
        fill(channel, bytes);
        return bytes.flip();
    }

    private static void fill(SeekableByteChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            if (channel.read(bytes) < 0) {
                throw new IOException("it ends too early");
            }
        }
    }

    /** When it was measured. */
    String measured() {
        return index.measured();
    }

    @Override
    public Optional<GramMatrix> of(String weight) {
        return index.layer(weight).map(layer -> {
            GramIndex.Sums sums = index.sums().get(layer.sums());
            return GramMatrix.of(sums.width(), sums.rows(), values(layer.sums()), layer.transposed());
        });
    }

    private synchronized double[] values(int which) {
        double[] known = recent.get(which);
        if (known != null) {
            return known;
        }
        double[] values = load(index.sums().get(which));
        recent.put(which, values);
        recentBytes += bytes(values);
        var oldest = recent.entrySet().iterator();
        while (recentBytes > Runtime.getRuntime().maxMemory() / HEAP_SHARE && recent.size() > 1) {
            Map.Entry<Integer, double[]> old = oldest.next();
            recentBytes -= bytes(old.getValue());
            oldest.remove();
        }
        return values;
    }

    private static long bytes(double[] values) {
        return (long) values.length * Double.BYTES;
    }

    private double[] load(GramIndex.Sums sums) {
        int width = sums.width();
        double[] values = new double[Math.multiplyExact(width, width)];
        try (SeekableByteChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.position(MAGIC.length() + sums.offset());
            for (int i = 0; i < width; i++) {
                ByteBuffer row = ByteBuffer.allocate((width - i) * Double.BYTES).order(ByteOrder.LITTLE_ENDIAN);
                fill(channel, row);
                row.flip().asDoubleBuffer().get(values, i * width + i, width - i);
                for (int j = i + 1; j < width; j++) {
                    values[j * width + i] = values[i * width + j];
                }
            }
            return values;
        } catch (IOException wrong) {
            throw IoErrors.reading(path, wrong);
        }
    }
}
