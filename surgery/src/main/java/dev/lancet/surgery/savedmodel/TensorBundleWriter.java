package dev.lancet.surgery.savedmodel;

import dev.lancet.dsl.LancetException;
import dev.lancet.io.AtomicFile;
import dev.lancet.io.IoErrors;
import dev.lancet.surgery.graph.Attributes;
import dev.lancet.surgery.graph.ElementTypes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.proto.BundleEntryProto;
import org.tensorflow.proto.BundleHeaderProto;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.VersionDef;

/**
 * Writes a checkpoint for {@code RestoreV2}: one tensor at a time into one data file, then the index. The same tensors in
 * the same order give the same bytes.
 */
public final class TensorBundleWriter implements AutoCloseable {

    private final Path prefix;
    private final Path shown;
    private final FileChannel data;
    private final Map<String, byte[]> rows = new LinkedHashMap<>();

    private TensorBundleWriter(Path prefix, Path shown, FileChannel data) {
        this.prefix = prefix;
        this.shown = shown;
        this.data = data;
    }

    /**
     * Starts a checkpoint.
     *
     * @param prefix its path without {@code .index}; the folder must exist
     * @throws LancetException if a checkpoint of this name exists, or the folder cannot be written to
     */
    public static TensorBundleWriter begin(Path prefix) {
        return begin(prefix, prefix);
    }

    /** Starts a checkpoint in a folder that is still being written; messages name the checkpoint {@code shown}. */
    static TensorBundleWriter begin(Path prefix, Path shown) {
        Path file = TensorBundle.shard(prefix, 0, 1);
        try {
            return new TensorBundleWriter(prefix, shown, AtomicFile.open(file));
        } catch (IOException failure) {
            throw IoErrors.writing(shown, failure);
        }
    }

    /**
     * Writes a tensor of numbers.
     *
     * @param key its key, by which it is restored
     * @param type its element type
     * @param shape its dimensions
     * @param bytes its elements in row-major order, little-endian
     * @throws IllegalArgumentException if type, shape and bytes do not fit together, or the key is already used
     */
    public void write(String key, DataType type, List<Long> shape, ByteBuffer bytes) {
        BundleEntry entry =
                new BundleEntry(key, type, shape, 0, 0, bytes.remaining(), MaskedCrc32c.masked(bytes), false);
        if (!entry.numeric() || entry.elements() * ElementTypes.bytes(type) != bytes.remaining()) {
            throw new IllegalArgumentException("checkpoint: " + bytes.remaining() + " bytes for " + entry);
        }
        append(entry, bytes);
    }

    /** Copies a tensor of another checkpoint, of any type, under a key of your choice. */
    public void copy(String key, BundleEntry entry, TensorBundle from) {
        append(
                new BundleEntry(key, entry.type(), entry.shape(), 0, 0, entry.size(), entry.crc(), false),
                from.read(entry.key()));
    }

    private void append(BundleEntry entry, ByteBuffer bytes) {
        if (entry.key().isEmpty() || rows.containsKey(entry.key())) {
            throw new IllegalArgumentException(
                    "checkpoint: the key '" + entry.key() + "' is already used; choose another");
        }
        try {
            long offset = data.position();
            ByteBuffer rest = bytes.duplicate();
            while (rest.hasRemaining()) {
                data.write(rest);
            }
            rows.put(
                    entry.key(),
                    BundleEntryProto.newBuilder()
                            .setDtype(entry.type())
                            .setShape(Attributes.shape(entry.shape()))
                            .setOffset(offset)
                            .setSize(entry.size())
                            .setCrc32C(entry.crc())
                            .build()
                            .toByteArray());
        } catch (IOException failure) {
            throw IoErrors.writing(shown, failure);
        }
    }

    /** Writes the index; the checkpoint exists only from now on. */
    public void finish() {
        BundleHeaderProto header = BundleHeaderProto.newBuilder()
                .setNumShards(1)
                .setEndianness(BundleHeaderProto.Endianness.LITTLE)
                .setVersion(VersionDef.newBuilder().setProducer(1))
                .build();
        rows.put("", header.toByteArray());
        Path index = TensorBundle.file(prefix, ".index");
        try {
            data.force(true);
            AtomicFile.write(index, SortedStringTableWriter.of(rows));
        } catch (IOException failure) {
            throw IoErrors.writing(shown, failure);
        }
    }

    @Override
    public void close() {
        try {
            data.close();
        } catch (IOException failure) {
            throw IoErrors.writing(shown, failure);
        }
    }
}
