package dev.lancet.tests.onnx;

import static dev.lancet.Lancet.bfloat16;
import static dev.lancet.Lancet.correction;
import static dev.lancet.Lancet.embedding;
import static dev.lancet.Lancet.everything;
import static dev.lancet.Lancet.int4;
import static dev.lancet.Lancet.int8;
import static dev.lancet.Lancet.linears;
import static dev.lancet.Lancet.nf4;
import static dev.lancet.Lancet.rank;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lancet.dsl.Compression;
import dev.lancet.runtime.Model;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Exported models in ONNX Runtime against the logits of transformers, and of Lancet's own graph. */
class OnnxLogitsTest {

    private static final List<String> FAMILIES = List.of(
            "hf-llama-tiny-gqa", "hf-llama-tiny-sharded", "hf-mistral-tiny", "hf-qwen2-tiny", "hf-gpt2-tiny", "stories260K-hf");

    @TempDir
    Path temporary;

    static List<Arguments> families() {
        List<Arguments> all = new ArrayList<>();
        for (String family : FAMILIES) {
            all.add(Arguments.of(family, false));
            all.add(Arguments.of(family, true));
        }
        return all;
    }

    @ParameterizedTest
    @MethodSource("families")
    void a_dense_model_has_the_logits_of_transformers(String family, boolean portable) {
        JsonNode expected = new JsonMapper().readTree(Exported.FIXTURES.resolve(family).resolve("expected.json"));
        int[] row = ints(expected.get("input_ids").get(0));
        float[] wanted = floats(expected.get("logits").get(0));
        Path out = temporary.resolve("onnx");
        try (Model model = Model.open(Exported.FIXTURES.resolve(family))) {
            Exported.export(model, portable, out);
        }

        assertThat(Exported.distance(Exported.logits(out, row, 3), wanted)).isLessThan(1e-3);
        assertThat(Exported.distance(Exported.logits(out, row, row.length), wanted)).isLessThan(1e-3);
    }

    static List<Arguments> compressed() {
        Compression keep = Compression.keepAll();
        List<Arguments> all = new ArrayList<>();
        for (String family : FAMILIES) {
            // ONNX Runtime rounds the inputs of products with codes to 8 bits, so the random weights of tiny models tell
            // more of that than trained ones.
            double rounded = family.startsWith("stories") ? 2e-2 : 5e-2;
            for (boolean portable : new boolean[] {false, true}) {
                all.add(Arguments.of(family, portable, keep.on(everything()).quantize(int8()), rounded));
                all.add(Arguments.of(family, portable, keep.on(everything()).quantize(int4(16)), rounded));
                all.add(Arguments.of(family, portable, keep.on(linears()).quantize(int4(32).doubleQuantized()), rounded));
                all.add(Arguments.of(family, portable, keep.on(linears()).quantize(int4(32).asymmetric()), 1e-3));
                all.add(Arguments.of(family, portable, keep.on(everything()).quantize(nf4(32)), 1e-3));
                all.add(Arguments.of(family, portable, keep.on(everything()).quantize(bfloat16()), 2e-2));
                all.add(Arguments.of(family, portable, keep.on(linears()).factorise(rank(16).allowLarger()), 1e-3));
                all.add(Arguments.of(
                        family, portable, keep.on(everything()).factorise(rank(16).allowLarger(), int8()), rounded));
                all.add(Arguments.of(
                        family, portable, keep.on(linears()).factorise(rank(32).allowLarger(), int4(32)), rounded));
                all.add(Arguments.of(
                        family, portable, keep.on(linears()).quantize(int4(32), correction(8)), rounded));
                all.add(Arguments.of(family, portable, keep.on(embedding()).factorise(rank(16).allowLarger()), 1e-3));
            }
        }
        return all;
    }

    @ParameterizedTest
    @MethodSource("compressed")
    void a_compressed_model_has_the_logits_of_lancet(
            String family, boolean portable, Compression compression, double tolerance) {
        Path out = temporary.resolve("onnx");
        int[] row = {1, 17, 42, 3, 88, 5, 61, 9, 12, 90, 33, 70};
        try (Model model = Exported.compressed(Exported.FIXTURES.resolve(family), compression)) {
            Exported.export(model, portable, out);
            double distance = Exported.distance(Exported.logits(out, row, 7), model.logits(new int[][] {row}));
            assertThat(distance).isLessThan(tolerance);
        }
    }

    private static int[] ints(JsonNode array) {
        int[] values = new int[array.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = array.get(i).intValue();
        }
        return values;
    }

    private static float[] floats(JsonNode rows) {
        List<Float> values = new ArrayList<>();
        rows.forEach(row -> row.forEach(value -> values.add(value.floatValue())));
        float[] flat = new float[values.size()];
        for (int i = 0; i < flat.length; i++) {
            flat[i] = values.get(i);
        }
        return flat;
    }
}
