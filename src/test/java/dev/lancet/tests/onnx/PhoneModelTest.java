package dev.lancet.tests.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lancet.Lancet;
import dev.lancet.dsl.Compression;
import dev.lancet.dsl.Precision;
import dev.lancet.io.Progress;
import dev.lancet.runtime.Model;
import dev.lancet.runtime.onnx.OnnxExport;
import dev.lancet.runtime.onnx.OnnxModel;
import dev.lancet.samples.phone.GenerationListener;
import dev.lancet.samples.phone.ModelFolderException;
import dev.lancet.samples.phone.PhoneGeneration;
import dev.lancet.samples.phone.PhoneModel;
import dev.lancet.samples.phone.ProcessMemory;
import dev.lancet.samples.phone.TokenChoice;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The class that runs a model in {@code samples/android}, on this machine: only its screen is not tested. */
class PhoneModelTest {

    private static final Path STORIES = Exported.FIXTURES.resolve("stories260K-hf");
    private static final String PROMPT = "Once upon a time, there was a big dog";
    private static final TokenChoice GREEDY = TokenChoice.Companion.getGreedy();
    private static final GenerationListener SILENT = GenerationListener.Companion.getSilent();

    @TempDir
    Path temporary;

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void stories260k_writes_the_greedy_tokens_of_llama2_c(boolean portable) throws Exception {
        JsonNode golden = new JsonMapper().readTree(Exported.FIXTURES.resolve("stories260K/GOLDEN_greedy_ids.json"));
        List<Integer> wanted = StreamSupport.stream(golden.get("greedy_ids").spliterator(), false)
                .map(JsonNode::intValue)
                .toList();
        try (PhoneModel model = open(exported(Compression.keepAll(), portable))) {
            PhoneGeneration text = model.generate("", wanted.size(), GREEDY, SILENT);

            assertThat(wanted).hasSizeGreaterThanOrEqualTo(200);
            assertThat(text.getIds()).isEqualTo(wanted);
            assertThat(text.getText())
                    .isEqualTo(Files.readString(Exported.FIXTURES.resolve("stories260K/GOLDEN_greedy_200.txt")));
        }
    }

    @ParameterizedTest
    @CsvSource({"int4, false", "int8, false", "int4, true"})
    void a_quantized_model_writes_the_same_text_as_in_lancet(String precision, boolean portable) throws Exception {
        Precision codes = precision.equals("int4") ? Lancet.int4(32) : Lancet.int8();
        Path folder = exported(Compression.keepAll().on(Lancet.linears()).quantize(codes), portable);
        try (PhoneModel phone = open(folder);
                OnnxModel lancet = OnnxModel.open(folder)) {
            PhoneGeneration text = phone.generate(PROMPT, 100, GREEDY, SILENT);

            assertThat(text.getIds()).hasSize(100);
            assertThat(text.getText()).isEqualTo(lancet.generate(PROMPT, 100));
        }
    }

    /** The room of its cache of keys and values is 256 tokens at first. */
    @Test
    void a_long_prompt_is_read_in_parts_and_the_text_goes_on_up_to_the_context() throws Exception {
        Path folder = exported(Compression.keepAll(), false);
        String prompt = PROMPT + " and a small dog".repeat(30);
        try (PhoneModel phone = open(folder);
                OnnxModel lancet = OnnxModel.open(folder)) {
            Heard heard = new Heard(Integer.MAX_VALUE);
            PhoneGeneration text = phone.generate(prompt, 1000, GREEDY, heard);

            assertThat(text.getPromptTokens()).isGreaterThan(200);
            assertThat(heard.read).startsWith(32, 64).endsWith(text.getPromptTokens());
            assertThat(text.getIds()).hasSize(phone.getContext() - text.getPromptTokens() + 1);
            assertThat(text.getEnd()).isEqualTo(PhoneGeneration.End.LENGTH);
            assertThat(String.join("", heard.pieces)).isEqualTo(text.getText());
            assertThat(text.getText()).isEqualTo(lancet.generate(prompt, 1000));
            assertThat(text.getTokensPerSecond()).isPositive();
            assertThatThrownBy(() -> phone.generate(prompt.repeat(4), 1, GREEDY, SILENT))
                    .isInstanceOf(ModelFolderException.class)
                    .hasMessageContaining("the model reads 1 to 512");
        }
    }

    @Test
    void a_listener_stops_a_text_and_the_next_text_does_not_know_of_it() throws Exception {
        try (PhoneModel phone = open(exported(Compression.keepAll(), false))) {
            PhoneGeneration whole = phone.generate(PROMPT, 20, GREEDY, SILENT);
            PhoneGeneration stopped = phone.generate(PROMPT, 20, GREEDY, new Heard(5));

            assertThat(stopped.getIds()).isEqualTo(whole.getIds().subList(0, 5));
            assertThat(stopped.getEnd()).isEqualTo(PhoneGeneration.End.STOPPED);
            assertThat(phone.generate(PROMPT, 20, GREEDY, SILENT).getText()).isEqualTo(whole.getText());
        }
    }

    @Test
    void a_sampled_text_depends_on_its_seed_and_the_likeliest_of_one_is_the_greedy_text() throws Exception {
        try (PhoneModel phone = open(exported(Compression.keepAll(), false))) {
            List<Integer> greedy = phone.generate(PROMPT, 30, GREEDY, SILENT).getIds();

            assertThat(sampled(phone, 1, 7)).isEqualTo(greedy);
            assertThat(sampled(phone, 40, 7)).isEqualTo(sampled(phone, 40, 7)).isNotEqualTo(sampled(phone, 40, 8));
        }
    }

    private static List<Integer> sampled(PhoneModel phone, int most, long seed) throws Exception {
        return phone.generate(PROMPT, 30, TokenChoice.Companion.sampled(1, most, seed), SILENT)
                .getIds();
    }

    @Test
    void tokens_are_sampled_as_often_as_their_probability_says() {
        TokenChoice choice = TokenChoice.Companion.sampled(0.5f, 2, 3);
        // At temperature 0.5 the odds of logits that differ by ln(3)/2 are 3 to 1; the third is cut off.
        float[] logits = {0, (float) (Math.log(3) / 2), -0.1f};
        int[] counts = new int[3];
        for (int i = 0; i < 4000; i++) {
            counts[choice.choose(logits)]++;
        }
        assertThat(counts[2]).isZero();
        assertThat(counts[1] / 4000.0).isBetween(0.72, 0.78);
    }

    @Test
    void a_folder_that_is_not_whole_is_refused_in_one_line() throws Exception {
        Path folder = exported(Compression.keepAll(), false);
        Path weights = folder.resolve("model.onnx.data");
        byte[] all = Files.readAllBytes(weights);
        Files.write(weights, Arrays.copyOf(all, all.length / 2));
        assertRefused(folder, "ONNX Runtime says: ");
        Files.write(weights, all);

        Path config = folder.resolve("genai_config.json");
        String json = Files.readString(config);
        Files.writeString(config, json.replaceFirst("(?<layers>\"num_hidden_layers\" *: *)5", "${layers}6"));
        assertRefused(folder, "do not agree about past_key_values.5.key; export the model again");
        Files.writeString(config, json.substring(0, json.length() / 2));
        assertRefused(folder, "genai_config.json: is damaged");
        Files.writeString(config, json);

        Path tokenizer = folder.resolve("tok512.bin");
        byte[] pieces = Files.readAllBytes(tokenizer);
        Files.write(tokenizer, Arrays.copyOf(pieces, 5000));
        assertRefused(folder, "tok512.bin: is damaged: ");
        Files.writeString(folder.resolve("tokenizer.json"), "{\"model\":\n {");
        assertRefused(folder, "tokenizer.json: is damaged (");
        Files.delete(folder.resolve("tokenizer.json"));
        Files.delete(tokenizer);
        assertRefused(folder, "holds no tokenizer.json");
        Files.copy(Exported.FIXTURES.resolve("tokenizer-gpt2/tokenizer.json"), folder.resolve("tokenizer.json"));
        assertRefused(folder, "the tokenizer has 50295 ids, but the model only 512");
        Files.delete(folder.resolve("tokenizer.json"));
        Files.write(tokenizer, pieces);
        open(folder).close();

        Files.delete(folder.resolve("model.onnx"));
        assertRefused(folder, "holds no model.onnx; copy the whole folder");
        Files.delete(config);
        assertRefused(folder, "holds no genai_config.json; copy the whole folder");
    }

    private static void assertRefused(Path folder, String message) {
        assertThatThrownBy(() -> open(folder).close())
                .isInstanceOf(ModelFolderException.class)
                .hasMessageStartingWith(folder.toString())
                .hasMessageContaining(message)
                .message()
                .doesNotContain("\n");
    }

    @Test
    void memory_is_what_the_system_says() {
        ProcessMemory memory = ProcessMemory.Companion.read();
        assumeTrue(memory != null, "this system has no /proc/self/status");

        assertThat(memory.getNow()).isBetween(20_000_000L, memory.getLargest());
    }

    /** What a listener heard; it stops after so many tokens. */
    private static final class Heard implements GenerationListener {

        final List<Integer> read = new ArrayList<>();
        final List<String> pieces = new ArrayList<>();
        private final int most;

        Heard(int most) {
            this.most = most;
        }

        @Override
        public boolean onPrompt(int tokens, int all) {
            read.add(tokens);
            return true;
        }

        @Override
        public boolean onText(String piece, int tokens, double tokensPerSecond) {
            pieces.add(piece);
            return tokens < most;
        }
    }

    private static PhoneModel open(Path folder) throws ModelFolderException {
        return PhoneModel.Companion.open(folder.toFile(), 2);
    }

    private Path exported(Compression compression, boolean portable) {
        Path folder = temporary.resolve("model");
        Optional<Path> tokenizer = Optional.of(STORIES.resolve("tok512.bin"));
        try (Model model = Model.open(STORIES);
                Model stored = model.compress(compression)) {
            new OnnxExport(
                            stored.transformer(),
                            stored.plan(),
                            stored.weights(),
                            tokenizer,
                            portable,
                            Progress.silent())
                    .write(folder);
        }
        return folder;
    }
}
