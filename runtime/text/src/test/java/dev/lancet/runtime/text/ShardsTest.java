package dev.lancet.runtime.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lancet.dsl.LancetException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
        Shards shards = Shards.open(
                folder, "part", width, ids.length, Arrays.stream(ids).max().orElse(0));

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

    @Test
    void an_id_above_the_largest_is_refused_where_it_is_read(@TempDir Path folder) throws IOException {
        Path file = Shards.file(folder, "part", 0);
        Files.write(file, new byte[] {1, 0, -1, -1});
        Shards shards = Shards.open(folder, "part", 2, 2, 99);

        assertThatThrownBy(() -> shards.read(0, new int[2], 0, 2))
                .isInstanceOf(LancetException.class)
                .hasMessage("tokens: " + file + " holds the id 65535, but its largest should be 99; remove its folder,"
                        + " and Lancet makes it again");
    }

    @Test
    void a_file_that_is_cut_off_while_it_is_read_is_named(@TempDir Path folder) throws IOException {
        Path file = Files.write(Shards.file(folder, "part", 0), new byte[1 << 20]);
        Shards shards = Shards.open(folder, "part", 2, 1 << 19, 99);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(4096);
        } catch (IOException refused) {
            assumeTrue(false, "this system does not cut off a file that is mapped: " + refused);
        }

        assertThatThrownBy(() -> shards.read(400_000, new int[100], 0, 100))
                .isInstanceOf(LancetException.class)
                .hasMessage("tokens: " + file + " has become shorter since it was opened; remove its folder, and Lancet"
                        + " makes it again");
    }
}
