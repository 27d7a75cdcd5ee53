package dev.lancet.tests.text;

import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;

/** Files on each of which the native library, asked without a check, ended the JVM or worked without end. */
final class HostileTokenizers {

    private HostileTokenizers() {}

    /** The file and a part of the message that refuses it. */
    record Hostile(String json, String refusal) {}

    static Map<String, Hostile> all() {
        Map<String, Hostile> files = new LinkedHashMap<>();
        charsmaps(files);
        expressions(files);
        parts(files);
        templates(files);
        models(files);
        return files;
    }

    private static void charsmaps(Map<String, Hostile> files) {
        byte[][] tables = {
            {},
            {0, 0, 0, 0},
            {4, 0, 0, 0, -1, -1, -1, -1},
            {-1, -1, -1, -1, 1, 2, 3, 4},
            {-4, -1, -1, 127},
            {8, 0, 0, 0, 1}
        };
        for (byte[] table : tables) {
            files.put(
                    "charsmap" + files.size(),
                    refused(
                            "normalizer",
                            "{\"type\": \"Precompiled\", \"precompiled_charsmap\": \""
                                    + Base64.getEncoder().encodeToString(table) + "\"}",
                            "whose charsmap"));
        }
        byte[] place = Base64.getDecoder().decode(NativeTokenizerFiles.charsmap("ab", "c"));
        place[4 + 4 * 256 * 3] = 77;
        files.put(
                "charsmap-replacement",
                refused(
                        "normalizer",
                        "{\"type\": \"Precompiled\", \"precompiled_charsmap\": \""
                                + Base64.getEncoder().encodeToString(place) + "\"}",
                        "refers to a replacement at 77"));
    }

    private static void expressions(Map<String, Hostile> files) {
        Map<String, String> expressions = new LinkedHashMap<>();
        expressions.put("(a+)+$", "repeats a group that can match in several ways");
        expressions.put("(?:a|a)*b", "repeats a group that can match in several ways");
        expressions.put("(?:a{0,60}){0,60}b", "repeats a group that can match in several ways");
        expressions.put("a*a*b", "two repetitions without a bound");
        expressions.put("(".repeat(5000) + "a" + ")".repeat(5000), "above the limit of 4000");
        expressions.put("(".repeat(1500) + "a" + ")".repeat(1500), "more than 20 deep");
        expressions.put("[".repeat(1500) + "a" + "]".repeat(1500), "more than 8 deep");
        expressions.put("(a{1000}){1000}", "more than 1000 times");
        expressions.put("(?<x>a\\\\g<x>?)b", "has \\g");
        expressions.put("(a)\\\\1+", "has \\1");
        expressions.put("(?~a)", "of the kind (?~");
        expressions.put("a?".repeat(40) + "b", "ways, above the limit");
        expressions.forEach((expression, why) -> {
            String pattern = "\"pattern\": {\"Regex\": \"" + expression + "\"}";
            files.put("replace" + files.size(), refused("normalizer", replace(pattern, "x"), why));
            files.put("unreplace" + files.size(), refused("decoder", replace(pattern, "x"), why));
            files.put(
                    "split" + files.size(),
                    refused(
                            "pre_tokenizer",
                            "{\"type\": \"Split\", " + pattern + ", \"behavior\": \"Isolated\", \"invert\": false}",
                            why));
        });
    }

    private static String replace(String pattern, String content) {
        return "{\"type\": \"Replace\", " + pattern + ", \"content\": \"" + content + "\"}";
    }

    private static void parts(Map<String, Hostile> files) {
        files.put(
                "fixed",
                refused("pre_tokenizer", "{\"type\": \"FixedLength\", \"length\": 0}", "FixedLength of length 0"));
        files.put("strip", refused("decoder", """
                {"type": "Sequence", "decoders": [{"type": "Replace", "pattern": {"String": "a"}, "content": ""},
                 {"type": "Strip", "content": "b", "start": 0, "stop": 1}]}""", "removes from the end"));
        String doubling = replace("\"pattern\": {\"String\": \"a\"}", "aa");
        files.put(
                "doubling",
                refused(
                        "normalizer",
                        "{\"type\": \"Sequence\", \"normalizers\": [" + (doubling + ", ").repeat(30) + doubling + "]}",
                        "more than 256 times longer"));
        files.put(
                "insertion",
                refused("normalizer", replace("\"pattern\": {\"Regex\": \"\"}", "x".repeat(500)), "256 times longer"));
        files.put("unknown", refused("normalizer", "{\"type\": \"Unheard\"}", "unknown kind 'Unheard'"));
        files.put("untagged", refused("pre_tokenizer", "{\"length\": 0}", "unknown kind ''"));
        files.put(
                "vanishing",
                new Hostile(
                        NativeTokenizerFiles.with("added_tokens", "[" + NativeTokenizerFiles.added(4, "x", true) + "]")
                                .replace(
                                        "\"normalizer\": null",
                                        "\"normalizer\": " + replace("\"pattern\": {\"String\": \"x\"}", "")),
                        "of which its normalizer may leave nothing"));
        files.put(
                "blank",
                new Hostile(
                        NativeTokenizerFiles.with("added_tokens", "[" + NativeTokenizerFiles.added(4, "  ", true) + "]")
                                .replace(
                                        "\"normalizer\": null",
                                        "\"normalizer\": {\"type\": \"Strip\", \"strip_left\": true, \"strip_right\": true}"),
                        "of which its normalizer may leave nothing"));
        files.put("half", refused("decoder", strip("\"\\ud800\"", "0"), "half of a character, \\ud800"));
        files.put("range", refused("decoder", strip("\"b\"", "1e999"), "a number that is too large"));
        files.put("digits", refused("decoder", strip("\"b\"", "9".repeat(400)), "a number that is too large"));
        files.put("deep", refused("normalizer", "[".repeat(10_000) + "]".repeat(10_000), "is not JSON"));
        files.put(
                "twice",
                new Hostile(
                        NativeTokenizerFiles.with(
                                "version",
                                "\"1.0\", \"pre_tokenizer\": {\"type\": \"FixedLength\"," + " \"length\": 0}"),
                        "Duplicate"));
    }

    private static String strip(String content, String start) {
        return "{\"type\": \"Strip\", \"content\": " + content + ", \"start\": " + start + ", \"stop\": 0}";
    }

    private static void templates(Map<String, Hostile> files) {
        String a = "{\"Sequence\": {\"id\": \"A\", \"type_id\": 0}}";
        String b = "{\"Sequence\": {\"id\": \"B\", \"type_id\": 0}}";
        files.put("template-b", refused("post_processor", template(b, "{}"), "a template 'single'"));
        files.put("template-aa", refused("post_processor", template(a + ", " + a, "{}"), "a template 'single'"));
        files.put(
                "template-missing",
                refused(
                        "post_processor",
                        template("{\"SpecialToken\": {\"id\": \"x\", \"type_id\": 0}}, " + a, "{}"),
                        "a template 'single'"));
        files.put(
                "template-id",
                refused(
                        "post_processor",
                        template(a, "{\"x\": {\"id\": \"x\", \"ids\": [99], \"tokens\": [\"x\"]}}"),
                        "the id 99"));
    }

    private static String template(String single, String tokens) {
        return "{\"type\": \"TemplateProcessing\", \"single\": [" + single
                + "], \"pair\": [{\"Sequence\": {\"id\": \"A\","
                + " \"type_id\": 0}}, {\"Sequence\": {\"id\": \"B\", \"type_id\": 1}}], \"special_tokens\": " + tokens
                + "}";
    }

    private static void models(Map<String, Hostile> files) {
        files.put("word", refused("model", """
                {"type": "WordPiece", "unk_token": "a", "continuing_subword_prefix": "##", "vocab": {"a": 0},
                 "max_input_chars_per_word": 1000000000000000000}""", "max_input_chars_per_word"));
        files.put(
                "prefix",
                refused(
                        "model",
                        "{\"type\": \"WordPiece\", \"unk_token\": \"a\", \"vocab\": {\"a\": 0}, \"max_input_chars_per_word\":"
                                + " 100, \"continuing_subword_prefix\": \"" + "#".repeat(100_000) + "\"}",
                        "continuing_subword_prefix of more than 64"));
        String[] missing = {
            "{\"type\": \"WordLevel\", \"unk_token\": \"no\", \"vocab\": {\"x\": 0}}",
            "{\"type\": \"WordPiece\", \"unk_token\": \"no\", \"vocab\": {\"x\": 0}, \"continuing_subword_prefix\": \"#\","
                    + " \"max_input_chars_per_word\": 100}",
            "{\"type\": \"BPE\", \"unk_token\": \"no\", \"vocab\": {\"x\": 0}, \"merges\": []}",
            "{\"type\": \"Unigram\", \"unk_id\": null, \"vocab\": [[\"x\", 0.0]]}"
        };
        for (String model : missing) {
            files.put("unk" + files.size(), refused("model", model, "Hugging Face's library cannot use"));
        }
    }

    private static Hostile refused(String part, String json, String why) {
        return new Hostile(NativeTokenizerFiles.with(part, json), why);
    }
}
