package dev.lancet.tests.huggingface;

import static dev.lancet.Lancet.int8;
import static dev.lancet.Lancet.linears;
import static dev.lancet.Lancet.rank;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lancet.dsl.Compression;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.runtime.Model;
import dev.lancet.runtime.checkpoint.Checkpoint;
import dev.lancet.runtime.checkpoint.HuggingFace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Exported folders in Hugging Face's transformers, where it is installed. */
class TransformersTest {

    private static final Path FIXTURES = Path.of("src/test/resources/fixtures");
    private static final String PYTHON = System.getProperty("lancet.python", "python3");
    private static final int[] ROW = {1, 17, 42, 3, 88, 5, 61, 9, 12, 90, 33, 70};

    @TempDir
    private Path folder;

    @BeforeAll
    static void transformers_is_installed() throws InterruptedException {
        boolean there;
        try {
            there = run(
                            List.of(PYTHON, "-c", "import torch, transformers, safetensors"),
                            Files.createTempFile("lancet", ".out"))
                    == 0;
        } catch (IOException none) {
            there = false;
        }
        assumeTrue(
                there,
                "transformers is not installed in " + PYTHON
                        + "; run pip install torch transformers safetensors, and name that Python with -Dlancet.python=FILE");
    }

    @ParameterizedTest
    @CsvSource({
        "stories260K-hf, true",
        "stories260K-hf, false",
        "hf-qwen2-tiny, false",
        "hf-qwen3-tiny, true",
        "hf-qwen3-tiny, false",
        "hf-llama-tiny-gqa, false"
    })
    void it_computes_the_logits_of_lancet(String family, boolean fold) throws IOException, InterruptedException {
        Path small = folder.resolve("small");
        Path out = folder.resolve("out");
        float[] wanted;
        try (Model model = Model.open(FIXTURES.resolve(family));
                Model factored =
                        model.compress(Compression.keepAll().on(linears()).factorise(rank(16).allowLarger(), int8()))) {
            wanted = factored.logits(new int[][] {ROW});
            Plan form = HuggingFace.factored(factored.plan());
            try (Model floats = factored.compress(fold ? form.folded() : form)) {
                floats.save(small);
            }
        }
        HuggingFace.write(out, Checkpoint.open(small));

        assertThat(Files.exists(out.resolve("factored.safetensors"))).isEqualTo(!fold);
        assertThat(distance(logits(out), wanted)).isLessThan(1e-5);
    }

    private float[] logits(Path model) throws IOException, InterruptedException {
        Path out = folder.resolve("logits.json");
        assertThat(run(
                        List.of(
                                PYTHON,
                                // No folder __pycache__ beside the sample.
                                "-B",
                                "src/test/resources/python/logits.py",
                                "samples/python",
                                model.toString(),
                                Arrays.toString(ROW)),
                        out))
                .isZero();
        JsonNode values = new JsonMapper().readTree(Files.readString(out));
        float[] logits = new float[values.size()];
        for (int i = 0; i < logits.length; i++) {
            logits[i] = values.get(i).floatValue();
        }
        return logits;
    }

    private static int run(List<String> command, Path out) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .redirectOutput(out.toFile())
                .start();
        try {
            assertThat(process.waitFor(300, TimeUnit.SECONDS)).isTrue();
            return process.exitValue();
        } finally {
            process.destroyForcibly();
        }
    }

    /** {@code ‖a − b‖ / ‖b‖}. */
    private static double distance(float[] a, float[] b) {
        assertThat(a).hasSameSizeAs(b);
        double difference = 0;
        double size = 0;
        for (int i = 0; i < b.length; i++) {
            difference += ((double) a[i] - b[i]) * ((double) a[i] - b[i]);
            size += (double) b[i] * b[i];
        }
        return Math.sqrt(difference / size);
    }
}
