package dev.lancet.tests.text;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lancet.runtime.text.tokenizer.TokenIdChecks;
import dev.lancet.runtime.text.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Real tokenizers against ids that were worked out without Lancet. */
class TokenizerVectorsTest {

    private static final Path FIXTURES = Path.of("src/test/resources/fixtures");

    private final Tokenizer stories = Tokenizer.open(FIXTURES.resolve("stories260K-hf"));

    @Test
    void llama2_ids_are_those_of_the_reference_and_decode_to_their_text() throws IOException {
        JsonNode expected = JsonMapper.shared()
                .readTree(FIXTURES.resolve("stories260K-hf/expected.json").toFile());
        assertThat(expected.path("tokenizer").size()).isGreaterThan(5);
        for (JsonNode vector : expected.path("tokenizer")) {
            String text = vector.path("text").stringValue();
            int[] ids = ints(vector.path("ids"));

            assertThat(stories.encode(text)).as(text).isEqualTo(ids);
            assertThat(stories.decode(ids)).isEqualTo(text);
            assertThat(stream(stories, ids)).isEqualTo(text);
            assertThat(stories.encode(text, false)).isEqualTo(Arrays.copyOfRange(ids, 1, ids.length));
        }
    }

    @Test
    void a_whole_sample_gives_the_reference_stream() throws IOException {
        String text = Files.readString(FIXTURES.resolve("text-tinystories/tinystories.txt"));

        int[] ids = stories.encode(text);

        assertThat(ids).hasSize(100_708);
        assertThat(Arrays.copyOf(ids, 20_000))
                .isEqualTo(TokenIdChecks.read(FIXTURES.resolve("stories260K-reference/test_ids.i32")));
        assertThat(Arrays.copyOfRange(ids, 40_000, 48_000))
                .isEqualTo(TokenIdChecks.read(FIXTURES.resolve("stories260K-reference/calibration_ids.i32")));
        assertThat(stories.decode(ids)).isEqualTo(text);
    }

    @Test
    void greedy_ids_decode_to_what_llama2_prints() throws IOException {
        JsonNode golden = JsonMapper.shared()
                .readTree(FIXTURES.resolve("stories260K/GOLDEN_greedy_ids.json").toFile());
        int[] greedy = ints(golden.path("greedy_ids"));
        int[] ids = new int[greedy.length + 1];
        ids[0] = stories.begin().orElseThrow();
        System.arraycopy(greedy, 0, ids, 1, greedy.length);

        assertThat(stream(stories, ids))
                .isEqualTo(Files.readString(FIXTURES.resolve("stories260K/GOLDEN_greedy_200.txt")));
    }

    @Test
    void gpt2_ids_are_those_of_an_independent_implementation() throws IOException, GeneralSecurityException {
        try (Tokenizer gpt2 = Tokenizer.open(FIXTURES.resolve("tokenizer-gpt2"))) {
            String mixed = "café 日本 😀 “quoted”";
            int[] ids = {66, 1878, 2634, 10545, 245, 98, 17312, 105, 30325, 222, 564, 250, 421, 5191, 447, 251};
            // This file adds runs of white space to the 50,257 of GPT-2.
            assertThat(gpt2.vocabulary()).isEqualTo(50_295);
            assertThat(gpt2.end()).hasValue(50_256);
            assertThat(gpt2.encode("Hello world")).containsExactly(15496, 995);
            assertThat(gpt2.encode("The Committee's 2 percent goal.\n\nVoting for: all"))
                    .containsExactly(464, 4606, 338, 362, 1411, 3061, 13, 198, 198, 53, 10720, 329, 25, 477);
            assertThat(gpt2.encode(mixed)).isEqualTo(ids);
            assertThat(gpt2.decode(ids)).isEqualTo(mixed);
            assertThat(stream(gpt2, ids)).isEqualTo(mixed);

            String text = Files.readString(FIXTURES.resolve("text-tinystories/tinystories.txt"))
                    .replace("  ", " ");
            int[] all = gpt2.encode(text);
            assertThat(all).hasSize(48_361);
            assertThat(sha256(all)).isEqualTo("29e74660734286284bbaa5fbf0b9dc4f3382e423960809bfe957e5d81aeba443");
        }
    }

    private static String stream(Tokenizer tokenizer, int[] ids) {
        Tokenizer.Streaming streaming = tokenizer.streaming();
        StringBuilder text = new StringBuilder();
        for (int id : ids) {
            String piece = streaming.add(id);
            assertThat(piece).doesNotContain("\ufffd");
            text.append(piece);
        }
        return text.append(streaming.finish()).toString();
    }

    private static int[] ints(JsonNode array) {
        return array.valueStream().mapToInt(JsonNode::intValue).toArray();
    }

    private static String sha256(int[] ids) throws GeneralSecurityException {
        ByteBuffer bytes = ByteBuffer.allocate(4 * ids.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asIntBuffer().put(ids);
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes.array()));
    }
}
