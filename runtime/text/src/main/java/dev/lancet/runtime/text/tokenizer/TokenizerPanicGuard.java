package dev.lancet.runtime.text.tokenizer;

import dev.lancet.dsl.LancetException;
import dev.lancet.runtime.text.tokenizer.TokenizerLimits.Exceeded;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import tools.jackson.databind.JsonNode;

/**
 * Rejects a {@code tokenizer.json} on which Hugging Face's native library would panic, overflow the stack, or work without
 * end, because each of these is the end of the whole JVM. The cases come from {@code src/test/fuzz} and from reading
 * tokenizers 0.21.4.
 */
final class TokenizerPanicGuard {

    /** BERT's own tokenizer has 200, Hugging Face's 100. The work on a word grows with the cube of its length. */
    private static final int LONGEST_WORD = 256;

    private static final int LONGEST_AFFIX = 64;
    private static final int LONGEST_TOKEN = 2_000;
    private static final int MOST_ADDED = 100_000;

    private TokenizerPanicGuard() {}

    /**
     * Checks a file.
     *
     * @return what it may do to a text
     * @throws LancetException naming what is wrong
     */
    static TokenizerLimits check(JsonNode root, HuggingFaceVocabulary vocabulary, Path file) {
        TokenizerLimits limits = new TokenizerLimits();
        try {
            values(root);
            model(root.path("model"));
            for (String place : new String[] {"normalizer", "pre_tokenizer"}) {
                TokenizerParts.check(root, place, limits);
            }
            TokenizerParts.check(root, "decoder", new TokenizerLimits());
            TokenizerTemplate.check(root, vocabulary.size());
            added(root, limits);
        } catch (Exceeded exceeded) {
            throw new LancetException(
                    "tokenizer: " + file + " " + exceeded.getMessage()
                            + "; Hugging Face's library does not survive this, so get the file from the"
                            + " authors of the model",
                    exceeded);
        }
        merges(root.path("model"), file);
        return limits;
    }

    /**
     * Texts and numbers that Java reads and Rust's serde_json does not. Where it stops at one inside a decoder, the library
     * panics ({@code decoders/mod.rs}).
     */
    private static void values(JsonNode value) {
        if (value.isString()) {
            text(value.stringValue());
        } else if (value.isNumber() && !Double.isFinite(value.asDouble(Double.NaN))) {
            throw new Exceeded("has a number that is too large: " + shown(value));
        }
        value.propertyNames().forEach(TokenizerPanicGuard::text);
        value.forEach(TokenizerPanicGuard::values);
    }

    private static void text(String text) {
        for (int at = 0; at < text.length(); at++) {
            char unit = text.charAt(at);
            if (Character.isHighSurrogate(unit)
                    && at + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(at + 1))) {
                at++;
            } else if (Character.isSurrogate(unit)) {
                throw new Exceeded("has a text with half of a character, \\u" + Integer.toHexString(unit));
            }
        }
    }

    private static void model(JsonNode model) {
        JsonNode longest = model.path("max_input_chars_per_word");
        if (longest.isNumber()
                && (!longest.canConvertToInt() || longest.asInt() < 0 || longest.asInt() > LONGEST_WORD)) {
            throw new Exceeded(
                    "has max_input_chars_per_word " + shown(longest) + ", above the limit of " + LONGEST_WORD);
        }
        for (String affix : new String[] {"continuing_subword_prefix", "end_of_word_suffix"}) {
            if (model.path(affix).asString("").length() > LONGEST_AFFIX) {
                throw new Exceeded("has a " + affix + " of more than " + LONGEST_AFFIX + " characters");
            }
        }
        JsonNode words = model.path("vocab");
        if (words.isArray()) {
            words.forEach(word -> token(word.path(0).asString("")));
        } else {
            words.propertyNames().forEach(TokenizerPanicGuard::token);
        }
    }

    private static void token(String token) {
        if (token.length() > LONGEST_TOKEN) {
            throw new Exceeded("has a token of " + token.length() + " characters, above the limit of " + LONGEST_TOKEN);
        }
    }

    /** An added token of which its normalizer leaves nothing is a panic. */
    private static void added(JsonNode root, TokenizerLimits limits) {
        JsonNode tokens = root.path("added_tokens");
        if (tokens.size() > MOST_ADDED) {
            throw new Exceeded("has " + tokens.size() + " added tokens, above the limit of " + MOST_ADDED);
        }
        for (JsonNode token : tokens) {
            String content = token.path("content").asString("");
            token(content);
            if (!content.isEmpty() && token.path("normalized").asBoolean(true) && limits.mayEmpty(content)) {
                throw new Exceeded("has the added token " + shown(token.path("content"))
                        + ", of which its normalizer may leave nothing");
            }
        }
    }

    /**
     * Checks the second part of every merge. The library removes as many bytes from it as {@code
     * continuing_subword_prefix} has characters, without checking its length ({@code models/bpe/model.rs}).
     */
    private static void merges(JsonNode model, Path file) {
        String prefix = model.path("continuing_subword_prefix").asString("");
        int cut = prefix.codePointCount(0, prefix.length());
        if (cut == 0) {
            return;
        }
        for (JsonNode merge : model.path("merges")) {
            String second = merge.isArray() ? merge.path(1).asString("") : after(merge.asString(""));
            byte[] bytes = second.getBytes(StandardCharsets.UTF_8);
            boolean whole = bytes.length == cut || (bytes.length > cut && (bytes[cut] & 0xc0) != 0x80);
            if (!whole) {
                throw new LancetException("tokenizer: " + file + " has the merge " + shown(merge)
                        + ", whose second part does not begin with the"
                        + " continuing_subword_prefix '" + HuggingFaceVocabulary.oneLine(prefix)
                        + "'; the file is damaged, get it again");
            }
        }
    }

    /**
     * The part of a merge after its space, or the whole text if it has no space; the library rejects such a merge
     * itself.
     */
    private static String after(String merge) {
        return merge.substring(merge.indexOf(' ') + 1);
    }

    /** A value in a message. */
    static String shown(JsonNode value) {
        return HuggingFaceVocabulary.oneLine(value.toString());
    }
}
