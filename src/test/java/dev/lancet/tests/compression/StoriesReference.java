package dev.lancet.tests.compression;

import dev.lancet.compression.matrix.Matrix;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The stories model, read without Lancet's own reader, and what an independent implementation says of it. */
final class StoriesReference {

    private static final Path FIXTURES = Path.of("src/test/resources/fixtures");

    private final JsonNode expected;
    private final JsonNode header;
    private final ByteBuffer data;

    StoriesReference() throws IOException {
        expected = JsonMapper.shared()
                .readTree(
                        FIXTURES.resolve("stories260K-reference/expected.json").toFile());
        ByteBuffer file = ByteBuffer.wrap(Files.readAllBytes(FIXTURES.resolve("stories260K-hf/model.safetensors")))
                .order(ByteOrder.LITTLE_ENDIAN);
        int length = Math.toIntExact(file.getLong());
        header = JsonMapper.shared().readTree(new String(file.array(), 8, length, StandardCharsets.UTF_8));
        data = file.position(8 + length).slice().order(ByteOrder.LITTLE_ENDIAN);
    }

    JsonNode expected() {
        return expected;
    }

    /** A linear layer as the reference stores it, {@code [out, in]}. */
    Matrix outIn(String name) {
        JsonNode entry = header.path(name);
        int rows = entry.path("shape").path(0).asInt();
        int columns = entry.path("shape").path(1).asInt();
        float[] values = new float[rows * columns];
        data.slice(entry.path("data_offsets").path(0).asInt(), 4 * values.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer()
                .get(values);
        return Matrix.of(rows, columns, values);
    }

    /** A linear layer as Lancet stores it, {@code [in, out]}. */
    Matrix inOut(String name) {
        Matrix matrix = outIn(name);
        int inputs = matrix.columns();
        int outputs = matrix.rows();
        float[] values = new float[inputs * outputs];
        for (int i = 0; i < values.length; i++) {
            values[i] = matrix.at(i % outputs, i / outputs);
        }
        return Matrix.of(inputs, outputs, values);
    }
}
