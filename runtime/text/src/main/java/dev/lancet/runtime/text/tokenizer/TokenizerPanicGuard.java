package dev.lancet.runtime.text.tokenizer;

import dev.lancet.dsl.LancetException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import tools.jackson.databind.JsonNode;

/**
 * What a {@code tokenizer.json} must not say because Hugging Face's native library would end the whole program over it
 * instead of refusing it: a panic of Rust goes through the JVM as an abort. Found by {@code src/test/fuzz}, tokenizers 0.21.4.
 */
final class TokenizerPanicGuard {

    private TokenizerPanicGuard() {}

    /**
     * The library cuts as many bytes off the second part of every merge as {@code continuing_subword_prefix} has
     * characters ({@code models/bpe/model.rs}), whether they are there or not.
     *
     * @throws LancetException naming the first merge that is too short
     */
    static void check(JsonNode root, Path file) {
        JsonNode model = root.path("model");
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
                throw new LancetException("tokenizer: " + file + " has the merge "
                        + HuggingFaceVocabulary.oneLine(merge.toString())
                        + ", whose second part does not begin with the"
                        + " continuing_subword_prefix '" + HuggingFaceVocabulary.oneLine(prefix)
                        + "'; the file is damaged, get it anew");
            }
        }
    }

    /** A merge in one text has its parts on both sides of a space; one that has not is the library's to refuse. */
    private static String after(String merge) {
        return merge.substring(merge.indexOf(' ') + 1);
    }
}
