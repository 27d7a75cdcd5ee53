package dev.lancet.surgery.savedmodel;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.plan.Plan;
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
 * A checkpoint of TensorFlow 2 ("tensor bundle"): {@code PREFIX.index} says where in {@code PREFIX.data-00000-of-00001} and
 * its fellows each tensor lies. Opening reads and checks the index alone; a tensor is mapped and its checksum checked when
 * it is read.
 *
 * <p>Format: {@code tensorflow/core/util/tensor_bundle/tensor_bundle.h} and {@code tensor_bundle.proto}.
 */
public final class TensorBundle {

    /** An index says little about each tensor; one above this size is no index. */
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
     * @throws LancetException if the index is missing, damaged, or speaks of data that is not there
     */
    public static TensorBundle open(Path prefix) {
        Path index = file(prefix, ".index");
        try {
            if (!Files.exists(index)) {
                throw new LancetException(index + ": is not there; a checkpoint is an .index file and its .data files");
            }
            if (Files.size(index) > LARGEST_INDEX) {
                throw new LancetException(
                        index + ": has " + Files.size(index) + " bytes; no index is above " + LARGEST_INDEX);
            }
            return parse(prefix, SortedStringTable.read(Files.readAllBytes(index)));
        } catch (Varint.Malformed | InvalidProtocolBufferException damage) {
            throw new LancetException(
                    index + ": is no index of a checkpoint, or damaged: " + damage.getMessage(), damage);
        } catch (IOException failure) {
            throw new LancetException(index + ": cannot be read: " + failure.getMessage(), failure);
        }
    }

    private static TensorBundle parse(Path prefix, List<SortedStringTable.Row> rows)
            throws Varint.Malformed, InvalidProtocolBufferException, IOException {
        if (rows.isEmpty() || !rows.get(0).key().isEmpty()) {
            throw new Varint.Malformed("it has no header");
        }
        BundleHeaderProto header = BundleHeaderProto.parseFrom(rows.get(0).value());
        if (header.getEndianness() != BundleHeaderProto.Endianness.LITTLE) {
            throw new Varint.Malformed("it was written on a big-endian machine; save it anew on another");
        }
        if (header.getNumShards() < 0 || header.getNumShards() > MOST_SHARDS) {
            throw new Varint.Malformed("it speaks of " + header.getNumShards() + " data files");
        }
        long[] sizes = new long[header.getNumShards()];
        for (int shard = 0; shard < sizes.length; shard++) {
            Path data = shard(prefix, shard, sizes.length);
            if (!Files.exists(data)) {
                throw new LancetException(data + ": is not there, but the checkpoint needs it");
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

    /** What there is, in the order of the index, which is sorted by key. */
    public List<BundleEntry> entries() {
        return new ArrayList<>(entries.values());
    }

    /** Whether there is a tensor of this key. */
    public boolean has(String key) {
        return entries.containsKey(key);
    }

    /**
     * The entry of this key.
     *
     * @throws LancetException naming the nearest keys if there is none
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
     * The content of a tensor as it lies in the file, mapped: elements in row-major order, little-endian.
     *
     * @throws LancetException if there is none of this key, it was saved in slices, or its checksum is wrong
     */
    public ByteBuffer read(String key) {
        BundleEntry entry = entry(key);
        if (entry.sliced()) {
            throw new LancetException(prefix + ": '" + key
                    + "' was saved in slices (a partitioned variable); save the model again without a partitioner");
        }
        Path data = shard(prefix, entry.shard(), shards);
        try (FileChannel channel = FileChannel.open(data)) {
            ByteBuffer bytes = channel.map(FileChannel.MapMode.READ_ONLY, entry.offset(), entry.size());
            if (entry.numeric() && MaskedCrc32c.masked(bytes) != entry.crc()) {
                throw new LancetException(data + ": the checksum of '" + key + "' is wrong; the file is damaged");
            }
            return bytes.order(ByteOrder.LITTLE_ENDIAN);
        } catch (IOException failure) {
            throw new LancetException(data + ": cannot be read: " + failure.getMessage(), failure);
        }
    }
}
