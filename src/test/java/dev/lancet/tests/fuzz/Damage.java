package dev.lancet.tests.fuzz;

import java.util.Arrays;
import java.util.Random;

/** Makes another file out of a good one; the same for the same random numbers. */
@FunctionalInterface
interface Damage {

    byte[] of(byte[] whole, Random random);

    /** Half of the time one, half of the time the other. */
    default Damage or(Damage other) {
        return (whole, random) -> random.nextBoolean() ? of(whole, random) : other.of(whole, random);
    }

    /** Once, and then again with falling probability. */
    default Damage often() {
        return (whole, random) -> {
            byte[] damaged = of(whole, random);
            while (random.nextInt(3) == 0 && damaged.length > 0) {
                damaged = of(damaged, random);
            }
            return damaged;
        };
    }

    /** To the first bytes only, where the rest are numbers that nobody judges. */
    static Damage head(int bytes, Damage damage) {
        return (whole, random) -> {
            int length = Math.min(bytes, whole.length);
            byte[] head = damage.of(Arrays.copyOf(whole, length), random);
            return joined(head, Arrays.copyOfRange(whole, length, whole.length));
        };
    }

    /** What happens to files on bad disks and broken lines: flipped bits, lost ends, sections that stand elsewhere. */
    static byte[] blind(byte[] whole, Random random) {
        if (whole.length == 0) {
            return new byte[random.nextInt(64)];
        }
        byte[] bytes = whole.clone();
        int at = random.nextInt(bytes.length);
        switch (random.nextInt(7)) {
            case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
            case 1 -> bytes[at] = (byte) random.nextInt(256);
            case 2 -> {
                return Arrays.copyOf(bytes, at);
            }
            case 3 -> {
                return joined(bytes, Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + random.nextInt(200))));
            }
            case 4 -> swap(bytes, random);
            case 5 -> {
                int end = Math.min(bytes.length, at + 1 + random.nextInt(64));
                return joined(Arrays.copyOf(bytes, at), Arrays.copyOfRange(bytes, end, bytes.length));
            }
            default ->
                Arrays.fill(bytes, at, Math.min(bytes.length, at + 1 + random.nextInt(16)), (byte)
                        (random.nextBoolean() ? 255 : 0));
        }
        return bytes;
    }

    private static void swap(byte[] bytes, Random random) {
        int length = random.nextInt(1 + Math.min(4096, bytes.length / 2));
        int one = random.nextInt(bytes.length - 2 * length + 1);
        int other = one + length + random.nextInt(bytes.length - one - 2 * length + 1);
        byte[] kept = Arrays.copyOfRange(bytes, one, one + length);
        System.arraycopy(bytes, other, bytes, one, length);
        System.arraycopy(kept, 0, bytes, other, length);
    }

    static byte[] joined(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }
}
