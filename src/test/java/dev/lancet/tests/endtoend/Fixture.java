package dev.lancet.tests.endtoend;

import java.nio.file.Path;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A checkpoint with what an independent implementation computes with it. */
record Fixture(Path folder, JsonNode expected) {

    static final Path ALL = Path.of("src/test/resources/fixtures");

    static Fixture named(String name) {
        Path folder = ALL.resolve(name);
        return new Fixture(folder, new JsonMapper().readTree(folder.resolve("expected.json")));
    }

    int[][] inputIds() {
        JsonNode rows = expected.get("input_ids");
        int[][] ids = new int[rows.size()][];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = ints(rows.get(i));
        }
        return ids;
    }

    float[] logits() {
        return logits("logits");
    }

    float[] logits(String key) {
        JsonNode logits = expected.get(key);
        int vocabulary = logits.get(0).get(0).size();
        float[] flat = new float[logits.size() * logits.get(0).size() * vocabulary];
        int at = 0;
        for (JsonNode row : logits) {
            for (JsonNode position : row) {
                for (JsonNode value : position) {
                    flat[at++] = value.floatValue();
                }
            }
        }
        return flat;
    }

    static int[] ints(JsonNode array) {
        int[] values = new int[array.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = array.get(i).intValue();
        }
        return values;
    }
}
