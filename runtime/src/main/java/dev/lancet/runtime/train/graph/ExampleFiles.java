package dev.lancet.runtime.train.graph;

import dev.lancet.dsl.LancetException;
import dev.lancet.io.IoErrors;
import dev.lancet.runtime.checkpoint.safetensors.Safetensors;
import dev.lancet.runtime.checkpoint.safetensors.SafetensorsEntry;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/** Reads examples from files of named arrays: {@code .npz} of NumPy, or {@code .safetensors}. */
public final class ExampleFiles {

    private static final String NPZ = ".npz";
    private static final String SAFETENSORS = ".safetensors";
    private static final String ARRAY = ".npy";
    private static final int MOST_ARRAYS = 1_000;

    private ExampleFiles() {}

    /** Whether a file of this name holds named arrays. */
    public static boolean holdsArrays(Path file) {
        String name = String.valueOf(file.getFileName());
        return name.endsWith(NPZ) || name.endsWith(SAFETENSORS);
    }

    /**
     * All arrays of a file. Their first axis counts the rows.
     *
     * @throws LancetException if the file is neither kind or damaged, if it contains other elements than numbers, or if its
     *     arrays have different numbers of rows
     */
    public static Examples read(Path file) {
        if (!holdsArrays(file)) {
            throw new LancetException("inputs: " + file + " is neither " + NPZ + " nor " + SAFETENSORS
                    + "; write the arrays with numpy.savez, named as the inputs of the signature");
        }
        if (!Files.isRegularFile(file)) {
            throw new LancetException("inputs: " + file + "; there is no such file");
        }
        Map<String, ArrayRows> arrays = file.toString().endsWith(NPZ) ? zipped(file) : tensors(file);
        int rows = -1;
        String first = "";
        Map<String, ExampleColumn> columns = new LinkedHashMap<>();
        for (Map.Entry<String, ArrayRows> array : arrays.entrySet()) {
            if (rows >= 0 && array.getValue().rows() != rows) {
                throw new LancetException(file + ": '" + array.getKey() + "' has "
                        + array.getValue().rows() + " rows, '" + first + "' has " + rows
                        + "; the first axis of every array counts the same rows");
            }
            rows = array.getValue().rows();
            first = array.getKey();
            columns.put(array.getKey(), array.getValue().column());
        }
        if (columns.isEmpty()) {
            throw new LancetException(file + ": contains no arrays; write them with numpy.savez");
        }
        return Examples.of(rows, columns);
    }

    private static Map<String, ArrayRows> zipped(Path file) {
        Map<String, ArrayRows> arrays = new LinkedHashMap<>();
        try (ZipFile zip = new ZipFile(file.toFile())) {
            Enumeration<? extends ZipEntry> entries = zip.entries();
            while (entries.hasMoreElements()) {
                ZipEntry entry = entries.nextElement();
                String name = entry.getName();
                if (entry.isDirectory() || !name.endsWith(ARRAY) || arrays.size() == MOST_ARRAYS) {
                    throw new LancetException(file + ": contains '" + name
                            + "', which is no array of NumPy, or more than " + MOST_ARRAYS + " arrays");
                }
                String array = name.substring(0, name.length() - ARRAY.length());
                arrays.put(array, NpyArray.read(file + ": '" + array + "'", content(file, zip, entry)));
            }
        } catch (ZipException e) {
            throw new LancetException(file + ": is damaged, " + e.getMessage() + "; write it again", e);
        } catch (IOException e) {
            throw IoErrors.reading(file, e);
        }
        return arrays;
    }

    private static byte[] content(Path file, ZipFile zip, ZipEntry entry) throws IOException {
        int most = Integer.MAX_VALUE - 16;
        if (entry.getSize() > most) {
            throw new LancetException(file + ": '" + entry.getName() + "' has " + entry.getSize()
                    + " bytes; at most 2 GB can be read, so use fewer rows");
        }
        try (InputStream in = zip.getInputStream(entry)) {
            // The size that the archive states may be wrong.
            return in.readNBytes((int) Math.max(0, Math.min(most, entry.getSize())));
        }
    }

    private static Map<String, ArrayRows> tensors(Path file) {
        Safetensors tensors = Safetensors.open(file);
        Map<String, ArrayRows> arrays = new LinkedHashMap<>();
        for (SafetensorsEntry entry : tensors.tensors()) {
            char kind =
                    switch (entry.dtype()) {
                        case BOOL -> 'b';
                        case U8, U16, U32, U64 -> 'u';
                        case I8, I16, I32, I64 -> 'i';
                        case F16, F32, F64 -> 'f';
                        default ->
                            throw new LancetException(file + ": '" + entry.name() + "' has the type " + entry.dtype()
                                    + "; only whole numbers, float16, float32 and float64 can be read");
                    };
            long[] shape = entry.shape().stream().mapToLong(Long::longValue).toArray();
            if (shape.length == 0) {
                throw new LancetException(
                        file + ": '" + entry.name() + "' is a single number; its first axis must count" + " the rows");
            }
            int size = Math.toIntExact(entry.bytes() / Math.max(1, entry.elements()));
            arrays.put(
                    entry.name(),
                    new ArrayRows(file + ": '" + entry.name() + "'", kind, size, shape, tensors.map(entry.name())));
        }
        return arrays;
    }
}
