package dev.lancet.runtime.train.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.lancet.dsl.LancetException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExampleFilesTest {

    @TempDir
    private Path folder;

    private Path file = Path.of("");

    @BeforeEach
    void name() {
        file = folder.resolve("rows.npz");
    }

    private void refuses(String reason) {
        assertThatExceptionOfType(LancetException.class)
                .isThrownBy(() -> ExampleFiles.read(file))
                .withMessageContaining(file.toString())
                .withMessageContaining(reason)
                .satisfies(wrong -> assertThat(wrong.getMessage()).doesNotContain("\n"));
    }

    @Test
    void arrays_become_inputs_with_their_rows() throws IOException {
        Examples rows = ExampleFiles.read(new Npz()
                .with("x", "2, 3", 1, 2, 3, 4, 5, 6)
                .with("y", "2,", 7, 8)
                .write(file));
        assertThat(rows.count()).isEqualTo(2);
        assertThat(rows.names()).containsExactly("x", "y");
        assertThat(rows.longestRow()).isEqualTo(3);
    }

    @ParameterizedTest
    @CsvSource({"|b1, 1", "|i1, 1", "|u1, 1", "<i2, 2", "<u2, 2", "<i4, 4", "<u4, 4", "<i8, 8", "<u8, 8"})
    void whole_numbers_of_every_size_stay_whole(String type, int size) throws IOException {
        byte[] data = new byte[2 * size];
        data[0] = 1;
        data[size] = 5;
        new Npz()
                .entry("ids.npy", Npz.array(Npz.header(type, "False", "2, 1"), data))
                .write(file);
        assertThat(ExampleFiles.read(file).ids("ids")).containsExactly(1, 5);
    }

    @Test
    void a_mask_names_the_positions_that_count() {
        Examples rows = Examples.of("ids", new int[][] {{3, 4, 0}, {5, 0, 0}})
                .and("attention_mask", new int[][] {{1, 1, 0}, {1, 0, 0}});
        assertThat(rows.mask(6)).contains(new boolean[] {true, true, false, true, false, false});
        assertThat(rows.mask(2)).as("one position for each row").isEmpty();
        assertThat(rows.between(1, 2).mask(3)).contains(new boolean[] {true, false, false});
        assertThat(Examples.of("ids", new int[][] {{1, 0}}).mask(2)).isEmpty();
    }

    @Test
    void a_file_cut_off_is_damaged() throws IOException {
        byte[] whole = new Npz().with("x", "2, 2", 1, 2, 3, 4).bytes();
        Files.write(file, Arrays.copyOf(whole, whole.length / 2));
        refuses("is damaged");
    }

    @Test
    void text_is_no_archive() throws IOException {
        Files.writeString(file, "id,text\n1,hello\n");
        refuses("is damaged");
    }

    @Test
    void an_array_cut_off_names_the_bytes_that_it_needs() throws IOException {
        new Npz().with("x", "2, 3", 1, 2, 3, 4, 5).write(file);
        refuses("'x': is damaged: its shape [2, 3] needs 24 bytes, it has 20");
    }

    @Test
    void an_array_with_another_header_is_refused() throws IOException {
        new Npz()
                .entry("x.npy", "hello, this is no array".getBytes(StandardCharsets.UTF_8))
                .write(file);
        refuses("'x': is no NumPy array; write it with numpy.savez");
    }

    @Test
    void a_header_longer_than_the_file_is_damage() throws IOException {
        byte[] array = Npz.array(Npz.header("<f4", "False", "1,"), new byte[4]);
        ByteBuffer.wrap(array).order(ByteOrder.LITTLE_ENDIAN).putShort(8, (short) 999);
        new Npz().entry("x.npy", array).write(file);
        refuses("'x': is damaged: its header has 999 bytes");
    }

    @ParameterizedTest
    @CsvSource({"<f4, True", ">f4, False", "<U4, False", "|O, False", "<c8, False"})
    void other_orders_and_other_elements_than_numbers_are_refused(String type, String fortran) throws IOException {
        new Npz()
                .entry("x.npy", Npz.array(Npz.header(type, fortran, "1, 1"), new byte[8]))
                .write(file);
        refuses("only little-endian numbers in row-major order can be read, as numpy.ascontiguousarray gives them");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "99999999999999999999, 2 | which is too large",
                "4000000000, 4000000000  | all elements at most 2 GB",
                "0, 4                    | every axis needs at least 1 element",
                "''                      | an array of rows has 1 to 16 axes"
            })
    void a_shape_that_no_rows_have_is_refused(String shape, String reason) throws IOException {
        new Npz().with("x", shape, 1).write(file);
        refuses(reason);
    }

    @Test
    void arrays_with_different_numbers_of_rows_are_refused() throws IOException {
        new Npz().with("x", "2, 1", 1, 2).with("y", "3, 1", 1, 2, 3).write(file);
        refuses("'y' has 3 rows, 'x' has 2; the first axis of every array counts the same rows");
    }

    @Test
    void no_arrays_and_other_entries_are_refused() throws IOException {
        new Npz().write(file);
        refuses("contains no arrays; write them with numpy.savez");
        new Npz().entry("readme.txt", new byte[3]).write(file);
        refuses("contains 'readme.txt', which is no array of NumPy");
    }

    @Test
    void whole_numbers_of_more_than_32_bits_are_refused() throws IOException {
        for (String type : new String[] {"<i8", "<u8"}) {
            byte[] data = {-1, -1, -1, -1, -1, -1, -1, type.equals("<u8") ? (byte) -1 : 127};
            new Npz()
                    .entry("x.npy", Npz.array(Npz.header(type, "False", "1,"), data))
                    .write(file);
            refuses("only whole numbers of 32 bits can be fed");
        }
    }

    @Test
    void a_missing_file_and_another_kind_of_file_are_refused() {
        refuses("there is no such file");
        file = folder.resolve("rows.csv");
        refuses("is neither .npz nor .safetensors");
    }
}
