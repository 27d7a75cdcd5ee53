package dev.lancet.runtime.text;

import dev.lancet.dsl.LancetException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;

/** gzip and tar (POSIX ustar), in memory: nothing is unpacked to disk, so no name in an archive can point anywhere. */
final class Packed {

    private static final int BLOCK = 512;

    private Packed() {}

    static byte[] unzip(byte[] packed, long largest, Path file) {
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(packed))) {
            return FileBytes.read(in, largest, "corpus: " + file + ", unpacked,");
        } catch (IOException e) {
            throw new LancetException(
                    "corpus: " + file + " cannot be unpacked: " + e.getMessage() + "; it is truncated or no gzip", e);
        }
    }

    /** The files whose names end so, by name. */
    static SortedMap<String, byte[]> untar(byte[] tar, String ending, Path file) {
        SortedMap<String, byte[]> files = new TreeMap<>();
        int at = 0;
        while (at + BLOCK <= tar.length && tar[at] != 0) {
            String name = text(tar, at, 100);
            long size = size(text(tar, at + 124, 12).strip(), name, file);
            int begin = at + BLOCK;
            if (begin + size > tar.length) {
                throw new LancetException("corpus: " + file + " breaks off inside " + name + "; it is truncated");
            }
            boolean plain = tar[at + 156] == '0' || tar[at + 156] == 0;
            if (plain && name.endsWith(ending)) {
                files.put(name, Arrays.copyOfRange(tar, begin, (int) (begin + size)));
            }
            at = (int) (begin + (size + BLOCK - 1) / BLOCK * BLOCK);
        }
        return files;
    }

    private static long size(String octal, String name, Path file) {
        if (!octal.matches("[0-7]{1,11}")) {
            throw new LancetException(
                    "corpus: " + file + " is no tar archive: the size of '" + name + "' is '" + octal + "'");
        }
        return Long.parseLong(octal, 8);
    }

    private static String text(byte[] bytes, int from, int length) {
        int end = from;
        while (end < from + length && bytes[end] != 0) {
            end++;
        }
        return new String(bytes, from, end - from, StandardCharsets.ISO_8859_1);
    }
}
