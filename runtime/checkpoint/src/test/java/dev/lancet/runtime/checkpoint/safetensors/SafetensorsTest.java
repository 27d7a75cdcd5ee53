package dev.lancet.runtime.checkpoint.safetensors;

import static dev.lancet.runtime.checkpoint.safetensors.RawSafetensors.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lancet.dsl.LancetException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsTest {

    @TempDir
    private Path folder;

    private Path file;

    @BeforeEach
    void name() {
        file = folder.resolve("a.safetensors");
    }

    @Test
    void floats_halves_and_brain_floats_are_read_exactly() throws IOException {
        ByteBuffer data = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
        data.putFloat(1.5f).putFloat(-0.1f);
        data.putShort((short) 0x3c00).putShort((short) 0x8001);
        data.putShort((short) 0x3fc0).putShort((short) 0xff80);
        String header = "{" + entry("f", "F32", "[2]", 0, 8) + "," + entry("h", "F16", "[1,2]", 8, 12) + ","
                + entry("b", "BF16", "[2]", 12, 16) + "}  ";
        write(header, data.array());
        Safetensors opened = Safetensors.open(file);
        assertThat(opened.floats("f")).containsExactly(1.5f, -0.1f);
        assertThat(opened.floats("h")).containsExactly(1f, -0x1p-24f);
        assertThat(opened.floats("b")).containsExactly(1.5f, Float.NEGATIVE_INFINITY);
        assertThat(opened.tensors()).extracting(SafetensorsEntry::name).containsExactly("f", "h", "b");
        assertThat(opened.tensor("h").shape()).containsExactly(1L, 2L);
    }

    @Test
    void every_half_float_is_what_its_definition_says() {
        for (int bits = 0; bits < 1 << 16; bits++) {
            int exponent = bits >> 10 & 31;
            int fraction = bits & 1023;
            double special = fraction == 0 ? Double.POSITIVE_INFINITY : Double.NaN;
            double normal = Math.scalb(1024.0 + fraction, exponent - 25);
            double magnitude = exponent == 31 ? special : exponent == 0 ? Math.scalb((double) fraction, -24) : normal;
            double wanted = bits >> 15 == 0 ? magnitude : -magnitude;
            assertThat(Double.compare(HalfFloats.half((short) bits), wanted)).isZero();
        }
    }

    @Test
    void codes_are_read_as_bytes() throws IOException {
        String header = "{\"__metadata__\":{\"format\":\"pt\"}," + entry("i", "I8", "[2]", 0, 2) + ","
                + entry("u", "U8", "[1]", 2, 3) + "}";
        write(header, new byte[] {-1, 2, (byte) 200});
        Safetensors opened = Safetensors.open(file);
        assertThat(opened.bytes("i")).containsExactly(-1, 2);
        assertThat(opened.bytes("u")).containsExactly(200);
        assertThat(opened.metadata()).containsEntry("format", "pt");
        assertThatThrownBy(() -> opened.floats("i"))
                .isInstanceOf(LancetException.class)
                .hasMessage(file + ": tensor i I8 [2] does not hold weights, which must be F32, F16 or BF16;"
                        + " convert it first");
    }

    @Test
    void doubles_are_listed_but_are_no_weights() throws IOException {
        write("{" + entry("d", "F64", "[]", 0, 8) + "}", new byte[8]);
        Safetensors opened = Safetensors.open(file);
        assertThat(opened.tensors()).extracting(SafetensorsEntry::toString).containsExactly("d F64 []");
        assertThatThrownBy(() -> opened.floats("d"))
                .hasMessage(file + ": tensor d F64 [] does not hold weights, which must be F32, F16 or BF16;"
                        + " convert it first");
        assertThatThrownBy(() -> opened.bytes("d"))
                .hasMessage(file + ": tensor d F64 [] does not hold codes; codes must be I8 or U8");
    }

    @Test
    void an_empty_array_is_an_array() throws IOException {
        write("{" + entry("e", "F32", "[0,3]", 0, 0) + "," + entry("f", "F32", "[1]", 0, 4) + "}", new byte[4]);
        assertThat(Safetensors.open(file).floats("e")).isEmpty();
        assertThat(Safetensors.open(file).floats("f")).containsExactly(0f);
    }

    @Test
    void arrays_behind_the_first_two_gigabytes_are_read() throws IOException {
        long far = 3_000_000_000L;
        String header =
                "{" + entry("big", "U8", "[3000000000]", 0, far) + "," + entry("f", "F32", "[1]", far, far + 4) + "}";
        write(header, new byte[0]);
        try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
            sparse.seek(8 + header.length() + far);
            sparse.write(new byte[] {0, 0, (byte) 0x80, 0x3f});
        }
        Safetensors opened = Safetensors.open(file);
        assertThat(opened.floats("f")).containsExactly(1f);
        assertThatThrownBy(() -> opened.bytes("big"))
                .hasMessage(file + ": tensor big U8 [3000000000] has 3000000000 bytes, but one array holds at"
                        + " most 2147483647 on the JVM; split it first");
    }

    @Test
    void a_missing_file() {
        fails(file + ": there is no such file; check the path");
    }

    @Test
    void a_file_too_short_for_anything() throws IOException {
        Files.write(file, new byte[3]);
        fails(file + ": 3 bytes are too few for a safetensors file, which begins with the length of its header"
                + " in 8 bytes; get the file again");
    }

    @Test
    void a_header_longer_than_the_file() throws IOException {
        Files.write(file, new byte[] {100, 0, 0, 0, 0, 0, 0, 0, '{', '}'});
        fails(file + ": a header of 100 bytes is longer than the file, which has 10; check that it is a"
                + " complete safetensors file, or get it again");
        Files.write(file, new byte[] {-1, -1, -1, -1, -1, -1, -1, -1, '{', '}'});
        fails(file + ": a header of 18446744073709551615 bytes is longer than the file, which has 10; check"
                + " that it is a complete safetensors file, or get it again");
    }

    @Test
    void a_header_over_the_limit() throws IOException {
        ByteBuffer length = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
        Files.write(file, length.putLong(100_000_001).array());
        try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
            sparse.setLength(200_000_000);
        }
        fails(file + ": a header of 100000001 bytes is above the limit of 100000000; check that it is a"
                + " safetensors file, or get it again");
    }

    @Test
    void a_header_that_is_no_json() throws IOException {
        damaged("{\"a\":oops}", 0, "header is not JSON at its byte 5");
        damaged("[1]", 0, "header is not a JSON object");
        damaged("{} {}", 0, "header has more text after its closing brace");
    }

    @Test
    void an_unknown_dtype() throws IOException {
        write("{" + entry("a", "F99", "[1]", 0, 4) + "}", new byte[4]);
        fails(file + ": tensor 'a' has dtype F99, which is not supported; supported are " + Dtype.known());
    }

    @Test
    void a_missing_or_unknown_or_wrong_field() throws IOException {
        damaged("{\"a\":{\"dtype\":\"F32\",\"shape\":[1]}}", 4, "tensor 'a' has no data_offsets");
        damaged("{\"a\":{\"size\":4}}", 4, "tensor 'a' has a field 'size', which the format does not have");
        damaged("{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\"}}", 4, "tensor 'a' has its dtype twice");
        damaged("{\"a\":{\"dtype\":7}}", 4, "dtype of tensor 'a' is 7, not a text");
        damaged("{\"a\":{\"shape\":[1.5]}}", 4, "shape of tensor 'a' is 1.5, not a whole number");
        damaged("{\"a\":{\"shape\":[-1]}}", 4, "shape of tensor 'a' holds -1, which is not a valid size");
        damaged(
                "{\"a\":{\"shape\":[99999999999999999999]}}",
                4,
                "shape of tensor 'a' holds 99999999999999999999, which is not a valid size");
        damaged("{\"a\":4}", 4, "'a' in the header is 4, not an object");
    }

    @Test
    void a_repeated_tensor() throws IOException {
        damaged(
                "{" + entry("a", "U8", "[1]", 0, 1) + "," + entry("a", "U8", "[1]", 1, 2) + "}",
                2,
                "tensor 'a' is described twice");
    }

    @Test
    void a_tensor_that_ends_behind_the_file() throws IOException {
        damaged("{" + entry("a", "F32", "[2]", 0, 8) + "}", 7, "tensor 'a' ends at byte 8 of the data, which has 7");
    }

    @Test
    void offsets_that_are_no_span() throws IOException {
        damaged(
                "{" + entry("a", "F32", "[1]", 8, 4) + "}",
                8,
                "tensor 'a' has the offsets [8, 4], which are not [begin, end]");
    }

    @Test
    void a_shape_that_does_not_fill_the_span() throws IOException {
        damaged(
                "{" + entry("a", "F32", "[2,3]", 0, 20) + "}",
                20,
                "tensor 'a' F32 [2, 3] takes 24 bytes, but its offsets [0, 20] hold 20");
    }

    @Test
    void a_shape_that_overflows() throws IOException {
        damaged(
                "{" + entry("a", "F32", "[4294967296,4294967296]", 0, 0) + "}",
                0,
                "tensor 'a' F32 [4294967296, 4294967296] has more than 2^63 bytes");
    }

    @Test
    void four_bits_that_fill_no_byte() throws IOException {
        damaged("{" + entry("a", "F4", "[3]", 0, 1) + "}", 1, "tensor 'a' F4 [3] does not fill whole bytes");
    }

    @Test
    void tensors_that_overlap() throws IOException {
        damaged(
                "{" + entry("a", "U8", "[4]", 0, 4) + "," + entry("b", "U8", "[4]", 2, 6) + "}",
                6,
                "tensor 'b' begins at byte 2 of the data, inside 'a', which ends at 4");
    }

    @Test
    void bytes_that_belong_to_no_tensor() throws IOException {
        damaged(
                "{" + entry("a", "U8", "[2]", 0, 2) + "," + entry("b", "U8", "[2]", 4, 6) + "}",
                6,
                "bytes 2 to 4 of the data, before tensor 'b', belong to no tensor");
        damaged("{" + entry("a", "U8", "[2]", 0, 2) + "}", 6, "the last 4 bytes belong to no tensor");
    }

    @Test
    void an_unknown_name_lists_similar_names() throws IOException {
        write("{" + entry("wte", "U8", "[1]", 0, 1) + "}", new byte[1]);
        assertThatThrownBy(() -> Safetensors.open(file).tensor("wpe"))
                .isInstanceOf(LancetException.class)
                .hasMessage(file + ": there is no tensor 'wpe'; near it: wte");
    }

    @Test
    void a_file_that_became_shorter_after_opening() throws IOException {
        write("{" + entry("a", "U8", "[9]", 0, 9) + "}", new byte[9]);
        Safetensors opened = Safetensors.open(file);
        Files.write(file, new byte[4]);
        assertThatThrownBy(() -> opened.bytes("a"))
                .isInstanceOf(LancetException.class)
                .hasMessage(file + ": has shrunk to 4 bytes since it was opened; get it again and reopen it");
    }

    private void write(String header, byte[] data) throws IOException {
        RawSafetensors.write(file, header, data);
    }

    private void damaged(String header, int dataBytes, String what) throws IOException {
        write(header, new byte[dataBytes]);
        fails(file + ": " + what + "; the file is damaged, get it again");
    }

    private void fails(String message) {
        assertThatThrownBy(() -> Safetensors.open(file))
                .isInstanceOf(LancetException.class)
                .hasMessage(message);
    }
}
