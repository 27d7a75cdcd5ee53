package dev.lancet.runtime.text.tokenizer;

import dev.lancet.dsl.LancetException;
import dev.lancet.io.IoErrors;
import dev.lancet.io.PlainFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads an untrusted file into memory, up to a size limit. */
public final class BoundedFileReader {

    private BoundedFileReader() {}

    /** The content of a file of at most this many bytes. */
    public static byte[] read(Path file, long largest, String what) {
        if (Files.isDirectory(file)) {
            throw new LancetException(what + ": " + file + " is a folder; name a file in it");
        }
        PlainFile.require(file);
        if (!Files.isRegularFile(file)) {
            throw new LancetException(what + ": " + file + " does not exist; check the path"
                    + (file.isAbsolute()
                            ? ""
                            : ", which is relative to " + Path.of("").toAbsolutePath()));
        }
        try (InputStream in = Files.newInputStream(file)) {
            return read(in, largest, what + ": " + file);
        } catch (IOException e) {
            throw IoErrors.reading(file, e);
        }
    }

    /** All bytes of a stream. The stream may be unpacked data of unknown length. */
    static byte[] read(InputStream in, long largest, String what) throws IOException {
        byte[] bytes = in.readNBytes((int) Math.min(largest + 1, Integer.MAX_VALUE - 16));
        if (bytes.length > largest) {
            throw new LancetException(what + " holds more than " + (largest >> 20) + " MiB; split it");
        }
        return bytes;
    }
}
