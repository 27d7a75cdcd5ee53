package dev.lancet.tests.serving;

import static dev.lancet.Lancet.everything;
import static dev.lancet.Lancet.int4;
import static dev.lancet.Lancet.int8;
import static dev.lancet.Lancet.linears;
import static dev.lancet.Lancet.lora;
import static dev.lancet.Lancet.rank;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lancet.dsl.Compression;
import dev.lancet.dsl.LancetException;
import dev.lancet.io.Progress;
import dev.lancet.runtime.Model;
import dev.lancet.runtime.checkpoint.Checkpoint;
import dev.lancet.runtime.generate.Sampler;
import dev.lancet.runtime.serving.ServingExport;
import dev.lancet.surgery.serving.ServingGraph;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorflow.Result;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.exceptions.TFInvalidArgumentException;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.types.TInt32;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Models as TensorFlow loads them for serving, without anything of Lancet's runtime. */
class ServingExportTest {

    private static final Path FIXTURES = Path.of("src/test/resources/fixtures");
    private static final Path STORIES = FIXTURES.resolve("stories260K-hf");

    @TempDir
    private Path folder;

    @Test
    void stories260k_writes_the_greedy_text_of_llama2_c_in_one_run() {
        JsonNode golden = new JsonMapper().readTree(FIXTURES.resolve("stories260K/GOLDEN_greedy_ids.json"));
        int[] wanted = ints(golden.get("greedy_ids"));
        int[] prompt = ints(golden.get("prompt_ids"));
        try (SavedModelBundle served = served(STORIES, OptionalInt.empty())) {
            int[][] texts = generate(served, new int[][] {prompt, prompt}, wanted.length);

            assertThat(wanted).hasSizeGreaterThanOrEqualTo(200);
            assertThat(texts).hasDimensions(2, prompt.length + wanted.length);
            for (int[] text : texts) {
                assertThat(text).startsWith(prompt);
                assertThat(Arrays.copyOfRange(text, prompt.length, text.length)).containsExactly(wanted);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "hf-gpt2-tiny, dense",
        "hf-qwen2-tiny, int8",
        "stories260K-hf, factors",
        "hf-decoders-tiny/pythia, dense",
        "hf-decoders-tiny/smollm3, factors",
        "hf-decoders-tiny/gemma3, int8"
    })
    void both_signatures_compute_what_lancet_computes(String family, String form) {
        Compression compression =
                switch (form) {
                    case "int8" -> Compression.keepAll().on(everything()).quantize(int8());
                    case "factors" -> Compression.keepAll().on(linears()).factorise(rank(16).allowLarger(), int4(16));
                    default -> Compression.keepAll();
                };
        Path small = folder.resolve("small");
        int[][] rows = {{1, 17, 42, 3, 58, 5, 60, 9}, {7, 12, 50, 33, 40, 2, 11, 54}};
        try (Model model = Model.open(FIXTURES.resolve(family));
                Model compressed = model.compress(compression)) {
            compressed.save(small);
            try (SavedModelBundle served = served(small, OptionalInt.empty())) {
                float[] wanted = compressed.logits(rows);
                float[] logits = logits(served, rows);
                assertThat(logits).hasSameSizeAs(wanted);
                for (int i = 0; i < wanted.length; i++) {
                    assertThat(logits[i]).isCloseTo(wanted[i], within(1e-4f));
                }
                int[][] texts = generate(served, rows, 12);
                for (int row = 0; row < rows.length; row++) {
                    List<Integer> own = compressed
                            .generator()
                            .generate(rows[row], 12, Sampler.greedy(), id -> true)
                            .ids();
                    assertThat(Arrays.stream(texts[row]).skip(8).boxed()).containsExactlyElementsOf(own);
                }
            }
        }
    }

    @Test
    void a_text_that_ended_waits_for_the_others_and_wrong_lengths_are_refused() {
        JsonNode golden = new JsonMapper().readTree(FIXTURES.resolve("stories260K/GOLDEN_greedy_ids.json"));
        int[] wanted = ints(golden.get("greedy_ids"));
        int[] prompt = ints(golden.get("prompt_ids"));
        int[] other = new int[prompt.length];
        Arrays.fill(other, 500);
        int end = wanted[6];
        int[] fresh = IntStream.range(0, 30)
                .filter(i -> IntStream.range(0, i).noneMatch(j -> wanted[j] == wanted[i]))
                .toArray();
        assertThat(fresh).as("the end token is new at its place").contains(6);
        try (SavedModelBundle served = served(STORIES, OptionalInt.of(end))) {
            int[][] texts = generate(served, new int[][] {prompt, other}, 9);
            int[] first = Arrays.copyOfRange(texts[0], prompt.length, texts[0].length);
            assertThat(Arrays.copyOf(first, 7)).containsExactly(Arrays.copyOf(wanted, 7));
            assertThat(Arrays.stream(first).skip(7)).isNotEmpty().containsOnly(end);
            assertThat(generate(served, new int[][] {prompt}, 100)[0]).hasSize(prompt.length + 7);
            assertThat(generate(served, new int[][] {prompt}, 0)[0]).containsExactly(prompt);
            int[] full = new int[512];
            Arrays.fill(full, 1);
            assertThat(generate(served, new int[][] {full}, 100)[0]).hasSize(513);

            assertThatThrownBy(() -> generate(served, new int[][] {new int[513]}, 1))
                    .isInstanceOf(TFInvalidArgumentException.class)
                    .hasMessageContaining(
                            "ids: a text takes 1 to 512 tokens, the context of stories260K-hf; these have");
            assertThatThrownBy(() -> logits(served, new int[][] {{}})).isInstanceOf(TFInvalidArgumentException.class);
            assertThatThrownBy(() -> logits(served, new int[][] {{512}})).hasMessageContaining("not in [0, 512)");
        }
    }

    @Test
    void a_model_with_adapters_is_refused_and_leaves_no_folder() {
        Path small = folder.resolve("small");
        Path out = folder.resolve("out");
        try (Model model = Model.open(FIXTURES.resolve("hf-llama-tiny-gqa"));
                Model adapted = model.adapt(linears(), lora(4))) {
            adapted.save(small);
        }
        ServingExport export = ServingExport.of(Checkpoint.open(small), Progress.silent());

        assertThatThrownBy(() -> export.write(out))
                .isInstanceOf(LancetException.class)
                .hasMessageContaining("merge them into their matrices first");
        assertThat(out).doesNotExist();
    }

    private SavedModelBundle served(Path model, OptionalInt end) {
        Path out = folder.resolve("served");
        new ServingExport(Checkpoint.open(model), end, Progress.silent()).write(out);
        return SavedModelBundle.load(out.toString(), "serve");
    }

    private static int[][] generate(SavedModelBundle served, int[][] prompts, int most) {
        try (TInt32 ids = tensor(prompts);
                TInt32 tokens = TInt32.scalarOf(most);
                Result result =
                        served.function(ServingGraph.GENERATION).call(Map.of("ids", ids, "max_new_tokens", tokens))) {
            TInt32 texts = (TInt32) result.get("ids").orElseThrow();
            int[] flat = new int[(int) texts.size()];
            texts.asRawTensor().data().asInts().read(flat);
            int length = (int) texts.shape().get(1);
            return IntStream.range(0, prompts.length)
                    .mapToObj(row -> Arrays.copyOfRange(flat, row * length, (row + 1) * length))
                    .toArray(int[][]::new);
        }
    }

    private static float[] logits(SavedModelBundle served, int[][] rows) {
        try (TInt32 ids = tensor(rows);
                Result result = served.function(ServingGraph.SCORING).call(Map.of("ids", ids))) {
            var logits = result.get("logits").orElseThrow();
            float[] flat = new float[(int) logits.shape().size()];
            logits.asRawTensor().data().asFloats().read(flat);
            return flat;
        }
    }

    private static TInt32 tensor(int[][] rows) {
        int[] flat = Arrays.stream(rows).flatMapToInt(Arrays::stream).toArray();
        return TInt32.tensorOf(Shape.of(rows.length, rows[0].length), DataBuffers.of(flat));
    }

    private static int[] ints(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false)
                .mapToInt(JsonNode::intValue)
                .toArray();
    }
}
