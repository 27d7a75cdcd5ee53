package dev.lancet.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Rows for the dense network: one array {@code x} of floats {@code [rows, width]} in a safetensors file. */
final class SafetensorsRows {

    private SafetensorsRows() {}

    static Path write(Path path, int count, int width) throws IOException {
        byte[] header = "{\"x\":{\"dtype\":\"F32\",\"shape\":[%d,%d],\"data_offsets\":[0,%d]}}"
                .formatted(count, width, 4 * count * width)
                .getBytes(StandardCharsets.UTF_8);
        ByteBuffer file = ByteBuffer.allocate(8 + header.length + 4 * count * width)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(header.length)
                .put(header);
        for (int i = 0; i < count * width; i++) {
            file.putFloat((i * 31 % 67 - 33 + i / width % 5) / 16f);
        }
        return Files.write(path, file.array());
    }
}
