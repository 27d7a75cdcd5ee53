package dev.lancet.tests.fuzz;

import dev.lancet.runtime.train.graph.ExampleFiles;
import dev.lancet.runtime.train.graph.Examples;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Files of named arrays with rows, which calibrate and compare graphs. */
final class ExampleArrayFiles {

    private static final int ROWS = 4;
    private static final int COLUMNS = 6;

    private ExampleArrayFiles() {}

    static List<Sample> arrays(Path scratch) throws IOException {
        byte[] inputs = array("<f4", 4);
        byte[] ids = array("<i8", 8);
        byte[] whole = zip(inputs, ids);
        // The archive is made again, so that what is behind its checksums is reached.
        Damage inside = (archive, random) -> zip(header(inputs, random), ids);
        Damage twice = (archive, random) -> zip(Damage.blind(inputs, random), header(ids, random));
        return List.of(
                Sample.alone(whole, Damage::blind, scratch.resolve("rows.npz"), ExampleArrayFiles::read),
                Sample.alone(whole, inside.or(twice), scratch.resolve("inside.npz"), ExampleArrayFiles::read),
                Sample.alone(
                        tensors(),
                        Damage.head(160, Damage::blind).or(TrainingStates::header),
                        scratch.resolve("rows.safetensors"),
                        ExampleArrayFiles::read));
    }

    private static Runnable read(Path file) {
        Examples examples = ExampleFiles.read(file);
        return () -> Sample.print(examples);
    }

    private static byte[] header(byte[] array, Random random) {
        return Damage.head(128, random.nextBoolean() ? new JsonDamage() : Damage::blind)
                .of(array, random);
    }

    private static byte[] tensors() {
        String json =
                "{\"input\":{\"dtype\":\"F32\",\"shape\":[4,6],\"data_offsets\":[0,96]},\"ids\":{\"dtype\":\"I64\","
                        + "\"shape\":[4],\"data_offsets\":[96,128]}}";
        return TrainingStates.file(json.getBytes(StandardCharsets.UTF_8), new byte[128]);
    }

    /** An array in NumPy's format, version 1. */
    private static byte[] array(String type, int size) {
        String header = "{'descr': '" + type + "', 'fortran_order': False, 'shape': (" + ROWS + ", " + COLUMNS + "), }";
        byte[] text = (header + " ".repeat(117 - header.length()) + "\n").getBytes(StandardCharsets.ISO_8859_1);
        return ByteBuffer.allocate(10 + text.length + ROWS * COLUMNS * size)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0})
                .putShort((short) text.length)
                .put(text)
                .array();
    }

    private static byte[] zip(byte[] inputs, byte[] ids) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            zip.putNextEntry(new ZipEntry("input.npy"));
            zip.write(inputs);
            zip.putNextEntry(new ZipEntry("ids.npy"));
            zip.write(ids);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return bytes.toByteArray();
    }
}
