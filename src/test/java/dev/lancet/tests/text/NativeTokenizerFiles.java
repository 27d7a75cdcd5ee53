package dev.lancet.tests.text;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;

/** Small {@code tokenizer.json} of the shapes that published models have, all of which the native library reads. */
public final class NativeTokenizerFiles {

    private NativeTokenizerFiles() {}

    /** Good files by a name for what they are like. */
    public static Map<String, String> good() {
        Map<String, String> files = new LinkedHashMap<>();
        files.put("bert", """
                {"version": "1.0", "truncation": null, "padding": null,
                 "added_tokens": [%s, %s],
                 "normalizer": {"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true,
                                "strip_accents": null, "lowercase": true},
                 "pre_tokenizer": {"type": "BertPreTokenizer"},
                 "post_processor": {"type": "TemplateProcessing",
                   "single": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
                   "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
                   "special_tokens": {"[CLS]": {"id": "[CLS]", "ids": [1], "tokens": ["[CLS]"]}}},
                 "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": true},
                 "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
                           "max_input_chars_per_word": 100,
                           "vocab": {"[UNK]": 0, "[CLS]": 1, "the": 2, "committee": 3, "##s": 4, "a": 5, "##a": 6, ".": 7}}}
                """.formatted(added(0, "[UNK]", false), added(1, "[CLS]", false)));
        files.put("llama", """
                {"version": "1.0", "truncation": null, "padding": null, "added_tokens": [%s],
                 "normalizer": {"type": "Sequence", "normalizers": [{"type": "Prepend", "prepend": "▁"},
                   {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}]},
                 "pre_tokenizer": null, "post_processor": null,
                 "decoder": {"type": "Sequence", "decoders": [
                   {"type": "Replace", "pattern": {"String": "▁"}, "content": " "}, {"type": "ByteFallback"}, {"type": "Fuse"},
                   {"type": "Strip", "content": " ", "start": 1, "stop": 0}]},
                 "model": {"type": "BPE", "dropout": null, "unk_token": "<unk>", "fuse_unk": true, "byte_fallback": true,
                           "vocab": {"<unk>": 0, "▁": 1, "a": 2, "b": 3, "▁a": 4, "<0x0A>": 5}, "merges": ["▁ a"]}}
                """.formatted(added(0, "<unk>", true)));
        files.put("t5", """
                {"version": "1.0", "truncation": null, "padding": null, "added_tokens": [%s],
                 "normalizer": {"type": "Sequence", "normalizers": [{"type": "Precompiled", "precompiled_charsmap": "%s"},
                   {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": "▁"}]},
                 "pre_tokenizer": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": true},
                 "post_processor": {"type": "RobertaProcessing", "sep": ["</s>", 1], "cls": ["</s>", 1],
                                    "trim_offsets": true, "add_prefix_space": true},
                 "decoder": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": true},
                 "model": {"type": "Unigram", "unk_id": 0,
                           "vocab": [["<unk>", 0.0], ["</s>", 0.0], ["▁", -2.0], ["fi", -3.5], ["a", -3], ["▁The", -4]]}}
                """.formatted(added(1, "</s>", false), charsmap("ﬁ", "fi")));
        files.put(
                "llama3",
                """
                {"version": "1.0", "truncation": null, "padding": null, "added_tokens": [%s],
                 "normalizer": {"type": "NFC"},
                 "pre_tokenizer": {"type": "Sequence", "pretokenizers": [
                   {"type": "Split", "behavior": "Isolated", "invert": false, "pattern": {"Regex": "%s"}},
                   {"type": "Digits", "individual_digits": true}, {"type": "Punctuation", "behavior": "Isolated"},
                   {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": false}]},
                 "post_processor": {"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": false, "use_regex": true},
                 "decoder": {"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true},
                 "model": {"type": "BPE", "unk_token": null, "ignore_merges": true,
                           "vocab": {"T": 0, "h": 1, "e": 2, "Th": 3, "The": 4, "Ġ": 5, "a": 6, "<eot>": 7},
                           "merges": [["T", "h"], ["Th", "e"]]}}
                """.formatted(
                                added(7, "<eot>", false),
                                "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\\\r\\\\n\\\\p{L}\\\\p{N}]?\\\\p{L}+|\\\\p{N}{1,3}|"
                                        + " ?[^\\\\s\\\\p{L}\\\\p{N}]+[\\\\r\\\\n]*|\\\\s*[\\\\r\\\\n]+|\\\\s+(?!\\\\S)|\\\\s+"));
        files.put("words", with("normalizer", "null"));
        return files;
    }

    /** A small file of words in which one of its parts is another. */
    static String with(String part, String json) {
        Map<String, String> parts = new LinkedHashMap<>();
        parts.put("version", "\"1.0\"");
        parts.put("truncation", "null");
        parts.put("padding", "null");
        parts.put("added_tokens", "[]");
        parts.put("normalizer", "null");
        parts.put("pre_tokenizer", "{\"type\": \"Whitespace\"}");
        parts.put("post_processor", "null");
        parts.put("decoder", "null");
        parts.put("model", """
                {"type": "WordLevel", "unk_token": "<unk>", "vocab": {"<unk>": 0, "a": 1, "The": 2, "": 3}}""");
        parts.put(part, json);
        StringBuilder text = new StringBuilder("{");
        parts.forEach((key, value) -> text.append(text.length() > 1 ? ", " : "").append('"' + key + "\": " + value));
        return text.append('}').toString();
    }

    static String added(int id, String content, boolean normalized) {
        return "{\"id\": " + id + ", \"content\": \"" + content + "\", \"single_word\": false, \"lstrip\": false,"
                + " \"rstrip\": false, \"normalized\": " + normalized + ", \"special\": true}";
    }

    /**
     * A table of SentencePiece with one key: a state a block of 256 units, so that every letter that does not go on finds a
     * unit without its label.
     */
    static String charsmap(String key, String replacement) {
        byte[] letters = key.getBytes(StandardCharsets.UTF_8);
        int[] units = new int[256 * (letters.length + 2)];
        units[0] = 256 << 10;
        for (int i = 0; i < letters.length; i++) {
            int letter = letters[i] & 0xff;
            int at = 256 * (i + 1) ^ letter;
            int last = i == letters.length - 1 ? 1 << 8 : 0;
            units[at] = letter | last | (at ^ 256 * (i + 2)) << 10;
        }
        units[256 * (letters.length + 1)] = 1 << 31;
        byte[] end = (replacement + "\0").getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes =
                ByteBuffer.allocate(4 + 4 * units.length + end.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putInt(4 * units.length);
        for (int unit : units) {
            bytes.putInt(unit);
        }
        return Base64.getEncoder().encodeToString(bytes.put(end).array());
    }
}
