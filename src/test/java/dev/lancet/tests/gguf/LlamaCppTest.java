package dev.lancet.tests.gguf;

import static dev.lancet.Lancet.everything;
import static dev.lancet.Lancet.int8;
import static dev.lancet.Lancet.linears;
import static dev.lancet.Lancet.rank;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lancet.dsl.Compression;
import dev.lancet.io.Progress;
import dev.lancet.runtime.Model;
import dev.lancet.runtime.checkpoint.Checkpoint;
import dev.lancet.runtime.generate.Sampler;
import dev.lancet.runtime.gguf.GgufExport;
import dev.lancet.runtime.text.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Exported files in llama.cpp, where it is installed: the tokens that it writes, and those that it reads. */
class LlamaCppTest {

    private static final Path FIXTURES = Path.of("src/test/resources/fixtures");
    private static final Path STORIES = FIXTURES.resolve("stories260K-hf");
    private static final String TEXT = "Once upon a time, there was a little girl; she said: \u00fcber\n\n  12345!";
    private static final int[] PROMPT = {1, 5, 9, 33};

    @TempDir
    private Path folder;

    @BeforeAll
    static void llama_cpp_is_installed() {
        LlamaCpp.require();
    }

    @Test
    void stories260k_writes_the_greedy_text_of_llama2_c() throws Exception {
        JsonNode golden = new JsonMapper().readTree(FIXTURES.resolve("stories260K/GOLDEN_greedy_ids.json"));
        List<Integer> wanted = LlamaCpp.ints(golden.get("greedy_ids"));
        LlamaCpp.Answer answer = LlamaCpp.run(exported(Checkpoint.open(STORIES)), new int[] {1}, wanted.size(), TEXT);

        assertThat(wanted).hasSizeGreaterThanOrEqualTo(200);
        assertThat(answer.greedy()).isEqualTo(wanted);
        assertThat(answer.text()).isEqualTo(tokens(STORIES));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"hf-llama-tiny-gqa", "hf-mistral-tiny", "hf-qwen2-tiny", "hf-qwen3-tiny", "gguf-reference/model"
            })
    void every_family_writes_the_tokens_of_lancet(String family) throws Exception {
        Path model = withTokenizer(FIXTURES.resolve(family));
        LlamaCpp.Answer answer = LlamaCpp.run(exported(Checkpoint.open(model)), PROMPT, 24, TEXT);

        assertThat(answer.greedy()).isEqualTo(greedy(model, 24));
    }

    @ParameterizedTest
    @ValueSource(strings = {"gguf-reference/model", "lm-eval-reference/model"})
    void byte_pairs_read_a_text_as_lancet_does(String family) throws Exception {
        Path model = FIXTURES.resolve(family);

        assertThat(LlamaCpp.run(exported(Checkpoint.open(model)), PROMPT, 1, TEXT)
                        .text())
                .isEqualTo(tokens(model));
    }

    @Test
    void factors_that_are_multiplied_out_write_the_same_tokens() throws Exception {
        Path slim = folder.resolve("slim");
        Path folded = folder.resolve("folded");
        try (Model model = Model.open(STORIES);
                Model factored =
                        model.compress(Compression.keepAll().on(linears()).factorise(rank(40).allowLarger()));
                Model whole = factored.fold()) {
            factored.save(slim);
            whole.save(folded);
        }

        assertThat(LlamaCpp.run(exported(Checkpoint.open(folded)), PROMPT, 40, TEXT)
                        .greedy())
                .isEqualTo(greedy(slim, 40));
    }

    /** llama.cpp also rounds the inputs of products to 8 bits, so the texts part sooner or later. */
    @Test
    void codes_write_the_same_beginning() throws Exception {
        Path small = folder.resolve("small");
        try (Model model = Model.open(STORIES);
                Model coded =
                        model.compress(Compression.keepAll().on(everything()).quantize(int8()))) {
            coded.save(small);
        }

        assertThat(LlamaCpp.run(exported(Checkpoint.open(small)), PROMPT, 24, TEXT)
                        .greedy())
                .isEqualTo(greedy(small, 24));
    }

    private Path exported(Checkpoint model) {
        Path out = folder.resolve("model.gguf");
        new GgufExport(model, Optional.empty(), true, Progress.silent()).write(out);
        return out;
    }

    private static List<Integer> greedy(Path folder, int count) {
        try (Model model = Model.open(folder)) {
            return IntStream.of(model.generate(PROMPT, count, Sampler.greedy(), OptionalInt.empty(), id -> {}))
                    .boxed()
                    .toList();
        }
    }

    private static List<Integer> tokens(Path model) {
        try (Tokenizer tokenizer = Tokenizer.open(model)) {
            return IntStream.of(tokenizer.encode(TEXT, false)).boxed().toList();
        }
    }

    /** llama.cpp's package for Node takes no model without a tokenizer. */
    private Path withTokenizer(Path model) throws IOException {
        if (Files.exists(model.resolve("tokenizer.json"))) {
            return model;
        }
        Path copy = Files.createDirectory(folder.resolve("model"));
        try (Stream<Path> files = Files.list(model)) {
            for (Path file : files.toList()) {
                Files.copy(file, copy.resolve(file.getFileName()));
            }
        }
        String vocabulary = IntStream.range(0, 90)
                .mapToObj(id -> "\"" + (char) (id < 1 ? 'a' : 0x100 + id) + "\":" + id)
                .collect(Collectors.joining(","));
        Files.writeString(
                copy.resolve("tokenizer.json"),
                "{\"pre_tokenizer\":{\"type\":\"ByteLevel\",\"add_prefix_space\":false,\"trim_offsets\":true,"
                        + "\"use_regex\":true},\"model\":{\"type\":\"BPE\",\"vocab\":{" + vocabulary
                        + ",\"\u0101\u0102\":90},\"merges\":[\"\u0101 \u0102\"]}}");
        return copy;
    }
}
