package dev.lancet.surgery.savedmodel;

import dev.lancet.surgery.graph.Attributes;
import dev.lancet.surgery.graph.ElementTypes;
import dev.lancet.surgery.savedmodel.Varint.Malformed;
import java.util.List;
import org.tensorflow.proto.BundleEntryProto;
import org.tensorflow.proto.DataType;

/**
 * The location and type of a tensor in a checkpoint.
 *
 * @param key its key
 * @param type its element type
 * @param shape its dimensions
 * @param shard the number of its data file
 * @param offset its first byte in that file
 * @param size its number of bytes
 * @param crc the masked CRC-32C of those bytes (of strings: of their lengths and bytes, see {@code tensor_bundle.cc})
 * @param sliced whether the tensor is stored in parts under other keys
 */
public record BundleEntry(
        String key, DataType type, List<Long> shape, int shard, long offset, long size, int crc, boolean sliced) {

    public BundleEntry {
        shape = List.copyOf(shape);
    }

    static BundleEntry of(String key, BundleEntryProto proto, long[] shardSizes) throws Malformed {
        List<Long> shape = Attributes.dims(proto.getShape());
        BundleEntry entry = new BundleEntry(
                key,
                proto.getDtype(),
                shape,
                proto.getShardId(),
                proto.getOffset(),
                proto.getSize(),
                proto.getCrc32C(),
                proto.getSlicesCount() > 0);
        if (!entry.sliced()) {
            entry.check(shardSizes);
        }
        return entry;
    }

    private void check(long[] shardSizes) throws Malformed {
        if (shard < 0 || shard >= shardSizes.length) {
            throw new Malformed("'" + key + "' is in data file " + shard + " of " + shardSizes.length);
        }
        if (offset < 0 || size < 0 || size > Integer.MAX_VALUE || offset > shardSizes[shard] - size) {
            throw new Malformed("'" + key + "' is at offset " + offset + " with " + size + " bytes in a file of "
                    + shardSizes[shard]);
        }
        if (numeric() && size != bytes()) {
            throw new Malformed(this + " has " + size + " bytes; it takes " + bytes());
        }
    }

    /** Whether its elements have a fixed size. */
    public boolean numeric() {
        return ElementTypes.bytes(type) > 0;
    }

    /** The number of elements, or -1 if the shape is invalid. */
    public long elements() {
        long elements = 1;
        for (long dim : shape) {
            if (dim < 0 || (dim > 0 && elements > Long.MAX_VALUE / 16 / dim)) {
                return -1;
            }
            elements *= dim;
        }
        return elements;
    }

    private long bytes() {
        return elements() < 0 ? -1 : elements() * ElementTypes.bytes(type);
    }

    @Override
    public String toString() {
        return "'" + key + "' " + ElementTypes.name(type) + " " + shape;
    }
}
