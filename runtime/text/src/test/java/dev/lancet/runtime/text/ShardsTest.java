package dev.lancet.runtime.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;

class ShardsTest {

    @Property(tries = 200)
    void ids_of_16_bits_come_back(@ForAll @Size(max = 300) int[] any) throws IOException {
        comesBack(Arrays.stream(any).map(id -> id & 0xffff).toArray(), 1 << 16);
    }

    @Property(tries = 200)
    void ids_of_32_bits_come_back(@ForAll @Size(max = 300) int[] any) throws IOException {
        comesBack(Arrays.stream(any).map(id -> id & Integer.MAX_VALUE).toArray(), (1 << 16) + 1);
    }

    private static void comesBack(int[] ids, int vocabulary) throws IOException {
        Path folder = Files.createTempDirectory("shards");
        int width = Shards.width(vocabulary);
        Path file = Shards.file(folder, "part", 0);
        try (ShardWriter writer = new ShardWriter(folder, "part", width)) {
            writer.add(Arrays.copyOf(ids, ids.length / 2));
            writer.add(Arrays.copyOfRange(ids, ids.length / 2, ids.length));
        }
        Shards shards = Shards.open(folder, "part", width, ids.length, 1);

        assertThat(shards.toArray()).isEqualTo(ids);
        int[] middle = new int[ids.length];
        shards.read(ids.length / 3, middle, ids.length / 4, ids.length / 2);
        assertThat(Arrays.copyOfRange(middle, ids.length / 4, ids.length / 4 + ids.length / 2))
                .isEqualTo(Arrays.copyOfRange(ids, ids.length / 3, ids.length / 3 + ids.length / 2));
        assertThatThrownBy(() -> shards.read(ids.length, new int[1], 0, 1))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThat(Files.exists(file) ? Files.size(file) : 0).isEqualTo((long) width * ids.length);
        Files.deleteIfExists(file);
        Files.delete(folder);
    }
}
