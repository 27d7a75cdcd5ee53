package dev.lancet.cli;

import static dev.lancet.cli.Ran.lancet;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Calibrated compression and the comparison of graphs from the command line. */
class CalibrationCommandsTest {

    private static final String FIXTURES = "../../src/test/resources/fixtures/";
    private static final String STORIES = FIXTURES + "stories260K/stories260K.bin";
    private static final String IDS = FIXTURES + "stories260K-reference/calibration_ids.i32";
    private static final String MLP = FIXTURES + "dense-mlp-savedmodel/saved_model";

    @TempDir
    private Path folder;

    private Ran compress(String model, String... more) {
        List<String> arguments = new ArrayList<>(List.of("compress", model, "--bits", "4", "--quiet"));
        arguments.addAll(List.of(more));
        arguments.addAll(List.of("--out", folder.resolve("out").toString()));
        return lancet(arguments.toArray(String[]::new));
    }

    private void refuses(String message, String model, String... more) {
        Ran ran = compress(model, more);
        assertThat(ran.status()).isNotZero();
        assertThat(ran.err()).contains(message);
        assertThat(folder.resolve("out")).doesNotExist();
    }

    private String rows(int count, int width) throws IOException {
        return SafetensorsRows.write(folder.resolve("rows" + count + "x" + width + ".safetensors"), count, width)
                .toString();
    }

    @Test
    void a_calibrated_language_model_comes_with_its_perplexity_on_held_out_rows() {
        Ran ran = compress(STORIES, "--calibrate", IDS, "--window", "64", "--samples", "24", "--seed", "3", "--json");
        assertThat(ran.err()).isEmpty();
        JsonNode quality = ran.json().get("quality");
        assertThat(quality.get("measured").asBoolean()).isTrue();
        assertThat(quality.get("rows").asInt()).isEqualTo(31);
        assertThat(quality.get("perplexity_before").asDouble()).isBetween(3.0, 7.0);
        assertThat(quality.get("perplexity").asDouble())
                .isGreaterThan(quality.get("perplexity_before").asDouble());
        assertThat(quality.get("kl").asDouble()).isBetween(1e-3, 0.3);
        assertThat(quality.get("warnings")).isEmpty();
    }

    @Test
    void too_few_rows_are_a_warning_and_the_quality_is_printed() {
        Ran ran = compress(STORIES, "--calibrate", IDS, "--window", "64", "--samples", "1");
        assertThat(ran.status()).isZero();
        assertThat(ran.out())
                .containsPattern("perplexity \\d\\.\\d+ -> \\d+\\.\\d+ \\(\\+[0-9.]+ %\\), KL .* on 31 held-out rows")
                .contains("calibrate: 64 rows for 172 inputs of h.", "at least 172 are wanted");
    }

    @Test
    void without_data_the_quality_is_not_measured() {
        JsonNode quality = compress(STORIES, "--json").json().get("quality");
        assertThat(quality.get("measured").asBoolean()).isFalse();
    }

    @Test
    void a_calibrated_graph_comes_with_the_cosines_of_its_outputs_and_evaluate_measures_them_too() throws IOException {
        String rows = rows(40, 96);
        JsonNode quality = compress(MLP, "--calibrate", rows, "--json").json().get("quality");
        assertThat(quality.get("measured").asBoolean()).isTrue();
        assertThat(quality.get("rows").asInt()).isEqualTo(10);
        assertThat(quality.get("cosine_mean").asDouble()).isBetween(0.9, 1.0);
        assertThat(quality.get("outputs").get("logits").get("relative_error").asDouble())
                .isBetween(0.0, 0.3);
        assertThat(quality.get("warnings").get(0).asString()).contains("30 rows for 256 inputs of dense");

        String out = folder.resolve("out").toString();
        Ran compared = lancet("evaluate", out, "--inputs", rows, "--baseline", MLP, "--json");
        assertThat(compared.json().get("rows").asInt()).isEqualTo(40);
        assertThat(compared.json().get("recovery").asDouble()).isBetween(0.9, 1.0);
        assertThat(lancet("evaluate", out, "--inputs", rows, "--baseline", MLP, "--min-recovery", "1.1")
                        .status())
                .isEqualTo(1);
        assertThat(lancet("evaluate", MLP, "--inputs", rows, "--baseline", MLP).out())
                .contains("logits: cosine 1.00000 (least 1.00000), relative error 0.00, on 40 rows");
        assertThat(lancet("evaluate", MLP, "--inputs", rows).err()).contains("add --baseline MODEL");
    }

    @Test
    void the_report_tells_the_command_and_has_the_json_and_choose_writes_its_curve() throws IOException {
        String rows = rows(24, 96);
        JsonNode json = compress(MLP, "--rank", "8", "--allow-larger", "--calibrate", rows, "--json")
                .json();
        String out = folder.resolve("out").toString();
        JsonNode report = JsonMapper.shared().readTree(Files.readString(Path.of(out, "report.json")));

        assertThat(report.get("title").asString())
                .isEqualTo("dense-mlp-savedmodel/saved_model, cut to lower ranks and stored in int4(32)");
        assertThat(report.get("command").asString())
                .startsWith("lancet compress " + MLP + " --bits 4 --quiet --rank 8")
                .endsWith("--json --out " + out);
        for (String key : List.of("bytes_before", "bytes_after", "compression", "steps", "kept", "quality")) {
            assertThat(report.get(key)).as(key).isEqualTo(json.get(key));
        }
        assertThat(report.get("steps")).hasSize(report.get("spectra").size()).allSatisfy(step -> {
            assertThat(step.get("method").asString()).isEqualTo("whitened, gptq");
            assertThat(step.get("output_error").asDouble()).isBetween(0.0, 1.0);
        });
        assertThat(report.at("/facts/input").asString()).startsWith("SHA-256 ");

        String curve = folder.resolve("curve").toString();
        JsonNode points = lancet("choose", MLP, "--calibrate", rows, "--sizes", "5x", "--out", curve, "--json")
                .json();
        assertThat(points.get("points")).isNotEmpty();
        assertThat(points.get("report")).hasSize(4);
        assertThat(Path.of(curve, "curve.svg"))
                .content()
                .startsWith("<svg xmlns=")
                .contains("<circle");
        assertThat(lancet("choose", MLP, "--calibrate", rows, "--out", curve).err())
                .contains("curve: exists already");
    }

    @Test
    void a_calibrated_method_needs_data() {
        refuses(
                "needs the inputs of the layers; give calibration data with --calibrate FILE",
                STORIES,
                "--method",
                "gptq");
    }

    @Test
    void options_of_the_data_need_data() {
        refuses("--samples: 8 applies only with --calibrate; add --calibrate FILE", STORIES, "--samples", "8");
        refuses("--window: 8 applies only with --calibrate", STORIES, "--window", "8");
        refuses("--seed: 8 applies only with --calibrate", STORIES, "--seed", "8");
    }

    @Test
    void a_window_longer_than_the_context_or_than_the_data_is_refused() {
        refuses("--window: 513 is longer than the context 512 of", STORIES, "--calibrate", IDS, "--window", "513");
        refuses("calibrate: 0 samples; use at least 1", STORIES, "--calibrate", IDS, "--samples", "0");
    }

    @Test
    void data_that_do_not_fit_are_refused() throws IOException {
        refuses("there is 1 row; at least 2 are needed", MLP, "--calibrate", rows(1, 96));
        refuses(
                "the signature takes its input 'x' in the shape [any, 96], but these rows have",
                MLP,
                "--calibrate",
                rows(8, 95));
        refuses("is no .npz or .safetensors, and the model is a graph", MLP, "--calibrate", IDS);
        refuses("--window: 8 applies only to a text or token ids", MLP, "--calibrate", rows(8, 96), "--window", "8");
    }
}
