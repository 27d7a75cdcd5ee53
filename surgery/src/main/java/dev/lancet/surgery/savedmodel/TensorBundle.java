package dev.lancet.surgery.savedmodel;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.io.IoErrors;
import dev.lancet.io.PlainFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.proto.BundleEntryProto;
import org.tensorflow.proto.BundleHeaderProto;

/**
 * A checkpoint of TensorFlow 2 ("tensor bundle"). {@code PREFIX.index} says where each tensor is stored in {@code
 * PREFIX.data-00000-of-00001} and the other data files. Opening reads and checks only the index; reading a tensor maps it
 * and checks its checksum.
 *
 * <p>Format: {@code tensorflow/core/util/tensor_bundle/tensor_bundle.h} and {@code tensor_bundle.proto}.
 */
public final class TensorBundle {

    /** The largest index that is accepted: an index holds little about each tensor. */
    private static final long LARGEST_INDEX = 1 << 28;

    private static final int MOST_SHARDS = 99_999;

    private final Path prefix;
    private final int shards;
    private final Map<String, BundleEntry> entries;

    private TensorBundle(Path prefix, int shards, Map<String, BundleEntry> entries) {
        this.prefix = prefix;
        this.shards = shards;
        this.entries = Collections.unmodifiableMap(entries);
    }

    /**
     * Opens a checkpoint.
     *
     * @param prefix its path without {@code .index}
     * @throws LancetException if the index is missing or damaged, or refers to data that does not exist
     */
    public static TensorBundle open(Path prefix) {
        Path index = file(prefix, ".index");
        try {
            PlainFile.requireInOwnFolder(index);
            if (!Files.exists(index)) {
                throw new LancetException(
                        index + ": does not exist; a checkpoint is an .index file and its .data files");
            }
            if (Files.size(index) > LARGEST_INDEX) {
                throw new LancetException(
                        index + ": has " + Files.size(index) + " bytes; an index has at most " + LARGEST_INDEX);
            }
            return parse(prefix, SortedStringTable.read(Files.readAllBytes(index)));
        } catch (Varint.Malformed | InvalidProtocolBufferException damage) {
            throw new LancetException(
                    index + ": is not the index of a checkpoint, or is damaged: " + damage.getMessage(), damage);
        } catch (IOException failure) {
            throw IoErrors.reading(index, failure);
        }
    }

    private static TensorBundle parse(Path prefix, List<SortedStringTable.Row> rows)
            throws Varint.Malformed, InvalidProtocolBufferException, IOException {
        if (rows.isEmpty() || !rows.get(0).key().isEmpty()) {
            throw new Varint.Malformed("it has no header");
        }
        BundleHeaderProto header = BundleHeaderProto.parseFrom(rows.get(0).value());
        if (header.getEndianness() != BundleHeaderProto.Endianness.LITTLE) {
            throw new Varint.Malformed("it was written on a big-endian machine; save it again on a little-endian one");
        }
        if (header.getNumShards() < 0 || header.getNumShards() > MOST_SHARDS) {
            throw new Varint.Malformed("it refers to " + header.getNumShards() + " data files");
        }
        long[] sizes = new long[header.getNumShards()];
        for (int shard = 0; shard < sizes.length; shard++) {
            Path data = shard(prefix, shard, sizes.length);
            PlainFile.requireInOwnFolder(data);
            if (!Files.exists(data)) {
                throw new LancetException(
                        data + ": does not exist, but the checkpoint needs it; copy all its .data files");
            }
            sizes[shard] = Files.size(data);
        }
        Map<String, BundleEntry> entries = new LinkedHashMap<>();
        for (SortedStringTable.Row row : rows.subList(1, rows.size())) {
            entries.put(row.key(), BundleEntry.of(row.key(), BundleEntryProto.parseFrom(row.value()), sizes));
        }
        return new TensorBundle(prefix, sizes.length, entries);
    }

    static Path file(Path prefix, String suffix) {
        return prefix.resolveSibling(prefix.getFileName() + suffix);
    }

    static Path shard(Path prefix, int shard, int shards) {
        return file(prefix, String.format(java.util.Locale.ROOT, ".data-%05d-of-%05d", shard, shards));
    }

    /** All entries in the order of the index, which is sorted by key. */
    public List<BundleEntry> entries() {
        return new ArrayList<>(entries.values());
    }

    /** Whether a tensor has this key. */
    public boolean has(String key) {
        return entries.containsKey(key);
    }

    /**
     * The entry of this key.
     *
     * @throws LancetException naming the most similar keys if there is none
     */
    public BundleEntry entry(String key) {
        BundleEntry entry = entries.get(key);
        if (entry == null) {
            throw new LancetException(prefix + ": the checkpoint has no tensor '" + key + "'; near it: "
                    + Plan.nearMisses(key, List.copyOf(entries.keySet())));
        }
        return entry;
    }

    /**
     * The content of a tensor, mapped from the file: elements in row-major order, little-endian.
     *
     * @throws LancetException if no tensor has this key, it was saved in slices, or its checksum is wrong
     */
    public ByteBuffer read(String key) {
        BundleEntry entry = entry(key);
        if (entry.sliced()) {
            throw new LancetException(prefix + ": '" + key
                    + "' was saved in slices (a partitioned variable); save the model again without a partitioner");
        }
        Path data = shard(prefix, entry.shard(), shards);
        try (FileChannel channel = FileChannel.open(PlainFile.require(data))) {
            ByteBuffer bytes = channel.map(FileChannel.MapMode.READ_ONLY, entry.offset(), entry.size());
            if (entry.numeric() && MaskedCrc32c.masked(bytes) != entry.crc()) {
                throw new LancetException(
                        data + ": the checksum of '" + key + "' is wrong; the file is damaged, get it again");
            }
            return bytes.order(ByteOrder.LITTLE_ENDIAN);
        } catch (IOException failure) {
            throw IoErrors.reading(data, failure);
        }
    }
}
