package dev.lancet.runtime.gguf;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A GGUF file, read after its specification (ggml, {@code docs/gguf.md}), and not with the classes that write it.
 *
 * @param values the values by their keys
 * @param tensors the tensors by their names
 */
record GgufFile(Map<String, Object> values, Map<String, Tensor> tensors) {

    /**
     * A tensor.
     *
     * @param shape the sizes, the one of a row first
     * @param type its number
     * @param data from its first byte on
     */
    record Tensor(List<Long> shape, int type, ByteBuffer data) {

        /** The numbers of a row. */
        float[] row(int index) {
            int columns = shape.get(0).intValue();
            float[] row = new float[columns];
            for (int i = 0; i < columns; i++) {
                int block = (index * columns + i) / 32;
                int j = i % 32;
                row[i] = switch (type) {
                    case 0 -> data.getFloat(4 * (index * columns + i));
                    case 2 -> {
                        int two = data.get(18 * block + 2 + j % 16);
                        yield ((j < 16 ? two : two >> 4) & 15) - 8;
                    }
                    case 8 -> data.get(34 * block + 2 + j);
                    default -> throw new IllegalStateException("type " + type);
                };
                if (type != 0) {
                    row[i] *= half(data.getShort((type == 2 ? 18 : 34) * block));
                }
            }
            return row;
        }

        private static float half(short bits) {
            int exponent = bits >> 10 & 31;
            int fraction = bits & 1023;
            double size = exponent == 0 ? fraction * 0x1p-24 : (1024 + fraction) * Math.pow(2, exponent - 25);
            return (float) (bits < 0 ? -size : size);
        }
    }

    static GgufFile read(Path file) {
        try {
            return parse(ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN));
        } catch (IOException wrong) {
            throw new UncheckedIOException(wrong);
        }
    }

    private static GgufFile parse(ByteBuffer in) {
        if (in.getInt() != 0x46554747 || in.getInt() != 3) {
            throw new IllegalStateException("neither GGUF nor version 3");
        }
        long tensors = in.getLong();
        long keys = in.getLong();
        Map<String, Object> values = new LinkedHashMap<>();
        for (long i = 0; i < keys; i++) {
            values.put(text(in), value(in, in.getInt()));
        }
        Map<String, Tensor> found = new LinkedHashMap<>();
        Map<String, Long> offsets = new LinkedHashMap<>();
        for (long i = 0; i < tensors; i++) {
            String name = text(in);
            List<Long> shape = new ArrayList<>();
            int dimensions = in.getInt();
            for (int d = 0; d < dimensions; d++) {
                shape.add(in.getLong());
            }
            found.put(name, new Tensor(shape, in.getInt(), in));
            offsets.put(name, in.getLong());
        }
        int begin = (in.position() + 31) / 32 * 32;
        found.replaceAll((name, tensor) -> {
            int at = begin + Math.toIntExact(offsets.get(name));
            ByteBuffer data = in.slice(at, in.capacity() - at).order(ByteOrder.LITTLE_ENDIAN);
            return new Tensor(tensor.shape(), tensor.type(), data);
        });
        return new GgufFile(values, found);
    }

    private static Object value(ByteBuffer in, int type) {
        return switch (type) {
            case 4, 5 -> in.getInt();
            case 6 -> in.getFloat();
            case 7 -> in.get() == 1;
            case 8 -> text(in);
            case 9 -> {
                int of = in.getInt();
                long count = in.getLong();
                List<Object> list = new ArrayList<>();
                for (long i = 0; i < count; i++) {
                    list.add(value(in, of));
                }
                yield list;
            }
            default -> throw new IllegalStateException("value of type " + type);
        };
    }

    private static String text(ByteBuffer in) {
        byte[] utf8 = new byte[Math.toIntExact(in.getLong())];
        in.get(utf8);
        return new String(utf8, StandardCharsets.UTF_8);
    }

    /** The values of a list. */
    List<Object> list(String key) {
        return new ArrayList<>((List<?>) values.get(key));
    }
}
