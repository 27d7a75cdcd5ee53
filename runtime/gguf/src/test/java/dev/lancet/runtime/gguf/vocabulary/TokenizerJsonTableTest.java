package dev.lancet.runtime.gguf.vocabulary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lancet.dsl.LancetException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Which kinds of tokenizer.json llama.cpp runs, and as what. */
class TokenizerJsonTableTest {

    private static final Path FILE = Path.of("tokenizer.json");

    private static final String PIECES = """
            {"added_tokens": [{"id": 0, "content": "<unk>", "special": true}, {"id": 1, "content": "<s>", "special": true},
                              {"id": 8, "content": "<call>", "special": false}],
             "normalizer": {"type": "Sequence", "normalizers": [{"type": "Prepend", "prepend": "\u2581"},
                            {"type": "Replace", "pattern": {"String": " "}, "content": "\u2581"}]},
             "pre_tokenizer": null,
             "model": {"type": "BPE", "unk_token": "<unk>", "byte_fallback": true,
                       "vocab": {"<unk>": 0, "<s>": 1, "<0x41>": 2, "a": 3, "b": 4, "c": 5, "ab": 6, "abc": 7},
                       "merges": ["a b", ["ab", "c"], "a bc"]}}
            """;

    private static JsonNode json(String text) {
        return JsonMapper.shared().readTree(text);
    }

    @Test
    void sentencepieces_byte_pairs_get_their_scores_from_the_order_of_the_merges() {
        TokenTable table = TokenizerJsonTable.read(json(PIECES), FILE);

        assertThat(table.model()).isEqualTo("llama");
        assertThat(table.tokens()).containsExactly("<unk>", "<s>", "<0x41>", "a", "b", "c", "ab", "abc", "<call>");
        assertThat(table.types())
                .containsExactly(
                        TokenType.UNKNOWN,
                        TokenType.CONTROL,
                        TokenType.BYTE,
                        TokenType.NORMAL,
                        TokenType.NORMAL,
                        TokenType.NORMAL,
                        TokenType.NORMAL,
                        TokenType.NORMAL,
                        TokenType.USER_DEFINED);
        assertThat(table.scores().get(6)).isGreaterThan(table.scores().get(7));
        assertThat(table.spaceBefore()).contains(true);
        assertThat(table.unknown()).hasValue(0);
    }

    @Test
    void metaspace_may_put_no_space_before() {
        ObjectNode root = (ObjectNode) json(PIECES);
        root.putNull("normalizer");
        root.putObject("pre_tokenizer").put("type", "Metaspace").put("prepend_scheme", "never");

        assertThat(TokenizerJsonTable.read(root, FILE).spaceBefore()).contains(false);
    }

    @ParameterizedTest
    @ValueSource(strings = {"NFKC", "Lowercase", "Precompiled"})
    void a_normalizer_that_llama_cpp_does_not_have_is_refused(String type) {
        ObjectNode root = (ObjectNode) json(PIECES);
        root.putObject("normalizer").put("type", type);

        assertThatThrownBy(() -> TokenizerJsonTable.read(root, FILE))
                .isInstanceOf(LancetException.class)
                .hasMessage(
                        "export: tokenizer.json has a normalizer of type " + type
                                + ", which llama.cpp cannot run; export with --without-tokenizer, and give llama.cpp token ids");
    }

    @Test
    void a_model_that_is_not_of_byte_pairs_is_refused() {
        assertThatThrownBy(() ->
                        TokenizerJsonTable.read(json("{\"model\": {\"type\": \"Unigram\", \"vocab\": []}}"), FILE))
                .hasMessageContaining("a model of type Unigram");
    }

    @Test
    void byte_pairs_are_known_by_their_rule_of_splitting_words() {
        String bytes = "{\"type\": \"ByteLevel\", \"add_prefix_space\": false, \"use_regex\": %s}";
        String qwen =
                "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\\\r\\\\n\\\\p{L}\\\\p{N}]?\\\\p{L}+|\\\\p{N}| ?[^\\\\s\\\\p{L}\\\\p{N}]+[\\\\r\\\\n]*"
                        + "|\\\\s*[\\\\r\\\\n]+|\\\\s+(?!\\\\S)|\\\\s+";
        String split =
                "{\"type\": \"Split\", \"pattern\": {\"Regex\": \"%s\"}, \"behavior\": \"Isolated\", \"invert\": false}";
        String digits = "{\"type\": \"Digits\", \"individual_digits\": true}";

        assertThat(splitter(String.format(bytes, true))).isEqualTo("gpt-2");
        assertThat(splitter(sequence(String.format(split, qwen), String.format(bytes, false))))
                .isEqualTo("qwen2");
        assertThat(splitter(sequence(digits, String.format(bytes, true)))).isEqualTo("smollm");
        assertThatThrownBy(() -> splitter(sequence(String.format(split, "a+"), String.format(bytes, false))))
                .hasMessageContaining("a rule of splitting words that llama.cpp has no name for");
        assertThatThrownBy(() -> splitter("null")).hasMessageContaining("a rule of splitting words");
    }

    private static String sequence(String first, String second) {
        return "{\"type\": \"Sequence\", \"pretokenizers\": [" + first + ", " + second + "]}";
    }

    private static String splitter(String before) {
        return TokenizerJsonTable.read(
                        json("{\"pre_tokenizer\": " + before
                                + ", \"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": 0}, \"merges\": []}}"),
                        FILE)
                .splitter();
    }
}
