package dev.lancet.surgery.savedmodel;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * CRC-32C as tables and bundles store it: rotated and offset, so that a checksum over data that contains checksums stays
 * sound.
 */
final class MaskedCrc32c {

    private static final int MASK_DELTA = 0xa282ead8;

    private MaskedCrc32c() {}

    /** The masked checksum of some buffers, one after the other; their positions do not change. */
    static int masked(ByteBuffer... parts) {
        CRC32C sum = new CRC32C();
        for (ByteBuffer part : parts) {
            sum.update(part.duplicate());
        }
        return mask((int) sum.getValue());
    }

    static int mask(int sum) {
        return ((sum >>> 15) | (sum << 17)) + MASK_DELTA;
    }
}
