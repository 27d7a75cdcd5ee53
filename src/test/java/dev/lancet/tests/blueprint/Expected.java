package dev.lancet.tests.blueprint;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;
import java.util.Objects;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What an independent implementation computes for a fixture. */
final class Expected {

    private final Path folder;
    private final int batch;
    private final int seq;
    private final int[] ids;
    private final float[] logits;

    private Expected(Path folder, int batch, int seq, int[] ids, float[] logits) {
        this.folder = folder;
        this.batch = batch;
        this.seq = seq;
        this.ids = ids;
        this.logits = logits;
    }

    static Expected of(String fixture) {
        URL json =
                Objects.requireNonNull(Expected.class.getResource("/fixtures/" + fixture + "/expected.json"), fixture);
        try {
            Path file = Path.of(json.toURI());
            JsonNode expected = JsonMapper.shared().readTree(file.toFile());
            JsonNode shape = expected.get("logits_shape");
            return new Expected(
                    Objects.requireNonNull(file.getParent()),
                    shape.get(0).asInt(),
                    shape.get(1).asInt(),
                    ints(expected.get("input_ids")),
                    floats(expected.get("logits")));
        } catch (URISyntaxException e) {
            throw new UncheckedIOException(new IOException(e));
        }
    }

    /** Where the fixture lies. */
    Path folder() {
        return folder;
    }

    /** Number of sequences. */
    int batch() {
        return batch;
    }

    /** Tokens in each sequence. */
    int seq() {
        return seq;
    }

    /** The tokens, {@code [batch, seq]}. */
    int[] ids() {
        return ids;
    }

    /** The logits, {@code [batch, seq, vocabulary]}. */
    float[] logits() {
        return logits;
    }

    /** Number of tokens that there are. */
    int vocabulary() {
        return logits.length / (batch * seq);
    }

    private static int[] ints(JsonNode grid) {
        return grid.valueStream()
                .flatMap(JsonNode::valueStream)
                .mapToInt(JsonNode::asInt)
                .toArray();
    }

    private static float[] floats(JsonNode cube) {
        double[] values = cube.valueStream()
                .flatMap(JsonNode::valueStream)
                .flatMap(JsonNode::valueStream)
                .mapToDouble(JsonNode::asDouble)
                .toArray();
        float[] floats = new float[values.length];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) values[i];
        }
        return floats;
    }
}
