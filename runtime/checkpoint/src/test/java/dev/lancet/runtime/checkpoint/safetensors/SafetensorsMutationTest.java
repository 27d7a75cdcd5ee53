package dev.lancet.runtime.checkpoint.safetensors;

import static dev.lancet.runtime.checkpoint.safetensors.RawSafetensors.entry;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lancet.dsl.LancetException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever is done to a file, it is read or refused with a message, within bounded memory. */
class SafetensorsMutationTest {

    private static final int MUTATIONS = 500;
    private static final long ALLOWED = 256L << 20;

    @TempDir
    private Path folder;

    @Test
    void a_damaged_file_is_read_or_refused() throws IOException {
        byte[] whole = RawSafetensors.bytes(
                "{\"__metadata__\":{\"format\":\"pt\"}," + entry("a.weight", "F32", "[2,3]", 0, 24) + ","
                        + entry("b", "BF16", "[4]", 24, 32) + "," + entry("c", "I8", "[5]", 32, 37) + "}",
                new byte[37]);
        int refused = 0;
        for (int seed = 0; seed < MUTATIONS; seed++) {
            Path file = Files.write(folder.resolve(seed + ".safetensors"), mutate(whole, new Random(seed)));
            long before = allocated();
            refused += opens(file) ? 0 : 1;
            assertThat(allocated() - before).as("bytes for seed %d", seed).isLessThan(Files.size(file) + ALLOWED);
        }
        assertThat(refused).isBetween(MUTATIONS / 4, MUTATIONS - 1);
    }

    private static boolean opens(Path file) {
        try {
            Safetensors opened = Safetensors.open(file);
            for (SafetensorsEntry tensor : opened.tensors()) {
                opened.map(tensor.name());
                if (tensor.dtype().weights()) {
                    opened.floats(tensor.name());
                }
            }
            return true;
        } catch (LancetException refused) {
            assertThat(refused.getMessage()).startsWith(file.toString()).doesNotContain("\n");
            return false;
        }
    }

    /** Bytes that this thread has ever allocated. */
    private static long allocated() {
        var threads = (com.sun.management.ThreadMXBean) java.lang.management.ManagementFactory.getThreadMXBean();
        return threads.getCurrentThreadAllocatedBytes();
    }

    private static byte[] mutate(byte[] whole, Random random) {
        byte[] bytes = whole.clone();
        switch (random.nextInt(5)) {
            case 0 -> bytes[random.nextInt(8)] = (byte) random.nextInt(256);
            case 1 -> bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length + 20));
            case 2 -> bytes[8 + random.nextInt(bytes.length - 8)] = (byte) random.nextInt(256);
            case 3 -> {
                int at = digit(bytes, random);
                bytes[at] = (byte) ('0' + random.nextInt(10));
            }
            default -> {
                int from = random.nextInt(bytes.length);
                int length = random.nextInt(Math.min(40, bytes.length - from) + 1);
                System.arraycopy(bytes, from, bytes, random.nextInt(bytes.length - length + 1), length);
            }
        }
        return bytes;
    }

    private static int digit(byte[] bytes, Random random) {
        int at = 8 + random.nextInt(bytes.length - 8);
        while (bytes[at] < '0' || bytes[at] > '9') {
            at = at + 1 == bytes.length ? 8 : at + 1;
        }
        return at;
    }
}
