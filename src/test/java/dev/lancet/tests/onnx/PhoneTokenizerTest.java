package dev.lancet.tests.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lancet.runtime.text.tokenizer.Tokenizer;
import dev.lancet.samples.phone.ModelFolderException;
import dev.lancet.samples.phone.PhoneTokenizer;
import dev.lancet.tests.text.NativeTokenizerFiles;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The tokenizer of {@code samples/android} against Hugging Face's library. */
class PhoneTokenizerTest {

    private static final int LARGE = 1 << 20;

    private static final List<String> TEXTS = List.of(
            "",
            " ",
            "Hello world",
            "The Committee's 2 percent goal.\n\nVoting for: all, they'LL say we've 12345 reasons",
            "  two spaces,   three\tand\u00a0more\u2003\n \n",
            "café 日本 😀 “quoted” \u0301 ½ Ⅷ",
            "<|endoftext|>a<|endoftext|> b<s>c</s>",
            "x".repeat(3000) + " " + "ab ".repeat(500));

    @TempDir
    Path folder;

    /** In a sequence of one, Lancet does not use byte pairs of its own: the library gives the ids. */
    @ParameterizedTest
    @CsvSource({"tokenizer-gpt2, false", "tokenizer-gpt2, true", "lm-eval-reference/model, false"})
    void byte_pairs_have_the_ids_of_the_library(String fixture, boolean spaceBefore) throws Exception {
        ObjectNode root = (ObjectNode) new JsonMapper()
                .readTree(Files.readString(Exported.FIXTURES.resolve(fixture).resolve("tokenizer.json")));
        ObjectNode before = (ObjectNode) root.get("pre_tokenizer");
        before.put("add_prefix_space", spaceBefore);
        assertSame(root.toString(), root.deepCopy());
    }

    private void assertSame(String json, ObjectNode root) throws Exception {
        Files.writeString(folder.resolve("tokenizer.json"), json);
        ObjectNode sequence = new JsonMapper().createObjectNode().put("type", "Sequence");
        sequence.putArray("pretokenizers").add(root.get("pre_tokenizer"));
        Path judged = Files.createDirectory(folder.resolve("judged"));
        Files.writeString(
                judged.resolve("tokenizer.json"),
                root.set("pre_tokenizer", sequence).toString());
        assertSame(judged);
    }

    /** The shapes that LLaMA's files have had: marks for spaces by a normalizer, and later by a pre-tokenizer. */
    @ParameterizedTest
    @ValueSource(strings = {"""
                "normalizer": {"type": "Sequence", "normalizers": [{"type": "Prepend", "prepend": "▁"},
                  {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}]}, "pre_tokenizer": null""", """
                "normalizer": null, "pre_tokenizer":
                  {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "first", "split": false}""", """
                "normalizer": {"type": "NFC"}, "pre_tokenizer":
                  {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": true}"""})
    void pieces_with_bytes_for_the_rest_have_the_ids_of_the_library(String spaces) throws Exception {
        StringBuilder vocabulary =
                new StringBuilder("\"<unk>\": 0, \"<s>\": 1, \"</s>\": 2, \"▁\": 3, \"a\": 4, \"b\": 5");
        vocabulary.append(", \"▁a\": 6, \"ab\": 7, \"▁ab\": 8, \"é\": 9, \"▁▁\": 10, \"e\": 11");
        for (int i = 0; i < 256; i++) {
            vocabulary.append(String.format(", \"<0x%02X>\": %d", i, 12 + i));
        }
        Files.writeString(folder.resolve("tokenizer.json"), """
                {"version": "1.0", "truncation": null, "padding": null, "added_tokens": [
                  {"id": 1, "content": "<s>", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false,
                   "special": true},
                  {"id": 2, "content": "</s>", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false,
                   "special": true}],
                 %s,
                 "post_processor": {"type": "TemplateProcessing",
                   "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
                   "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
                   "special_tokens": {"<s>": {"id": "<s>", "ids": [1], "tokens": ["<s>"]}}},
                 "decoder": {"type": "Sequence", "decoders": [
                   {"type": "Replace", "pattern": {"String": "▁"}, "content": " "}, {"type": "ByteFallback"}, {"type": "Fuse"},
                   {"type": "Strip", "content": " ", "start": 1, "stop": 0}]},
                 "model": {"type": "BPE", "dropout": null, "unk_token": "<unk>", "fuse_unk": true, "byte_fallback": true,
                           "vocab": {%s}, "merges": ["▁ a", "a b", "▁ ab", "▁ ▁"]}}
                """.formatted(spaces, vocabulary));
        assertSame(folder);
    }

    /** What a file splits by an expression of its own, as LLaMA 3 and Qwen 2 do. */
    @Test
    void words_by_an_expression_have_the_ids_of_the_library() throws Exception {
        ObjectNode root = (ObjectNode)
                new JsonMapper().readTree(Files.readString(Exported.FIXTURES.resolve("tokenizer-gpt2/tokenizer.json")));
        ObjectNode llama3 = (ObjectNode)
                new JsonMapper().readTree(NativeTokenizerFiles.good().get("llama3"));
        ObjectNode words = (ObjectNode) llama3.get("pre_tokenizer");
        // Without the step for punctuation, which the app does not know.
        ((ArrayNode) words.get("pretokenizers")).remove(2);
        root.set("pre_tokenizer", words);
        root.set("normalizer", llama3.get("normalizer"));
        ((ObjectNode) root.get("model")).put("ignore_merges", true);
        Files.writeString(folder.resolve("tokenizer.json"), root.toString());
        assertSame(folder);
    }

    @Test
    void llama2_c_has_the_ids_of_lancet_which_are_those_of_its_reference() throws Exception {
        Files.copy(Exported.FIXTURES.resolve("stories260K-hf/tok512.bin"), folder.resolve("tok512.bin"));
        assertSame(folder);
    }

    @Test
    void a_kind_that_the_app_does_not_know_is_refused_by_name() throws IOException {
        for (String kind : List.of("bert", "t5", "words", "llama3")) {
            Files.writeString(
                    folder.resolve("tokenizer.json"),
                    NativeTokenizerFiles.good().get(kind));
            assertThatThrownBy(() -> PhoneTokenizer.Companion.open(folder.toFile(), LARGE))
                    .as(kind)
                    .isInstanceOf(ModelFolderException.class)
                    .hasMessageMatching(".*tokenizer.json: its (model|pre_tokenizer) is of the kind '"
                            + "(WordPiece|Unigram|WordLevel|Punctuation)', which this app does not know");
        }
    }

    @Test
    void a_model_of_bytes_needs_no_file() throws Exception {
        PhoneTokenizer bytes = PhoneTokenizer.Companion.open(folder.toFile(), 256);
        assertThat(bytes.encode("é")).containsExactly(0xc3, 0xa9);
        assertThat(bytes.bytes(0xc3, null)).containsExactly(0xc3);
    }

    /** The ids of the phone's file are those of Lancet's, and all ids of the text are its bytes. */
    private void assertSame(Path judged) throws Exception {
        PhoneTokenizer phone = PhoneTokenizer.Companion.open(folder.toFile(), LARGE);
        try (Tokenizer judge = Tokenizer.open(judged)) {
            for (String text : TEXTS) {
                int[] ids = phone.encode(text);
                assertThat(ids).as(text).isEqualTo(judge.encode(text));
                assertThat(decoded(phone, ids).strip())
                        .as(text)
                        .isEqualTo(judge.decode(ids).strip());
            }
        }
    }

    private static String decoded(PhoneTokenizer phone, int[] ids) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int i = 0; i < ids.length; i++) {
            bytes.writeBytes(phone.bytes(ids[i], i == 0 ? null : ids[i - 1]));
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
