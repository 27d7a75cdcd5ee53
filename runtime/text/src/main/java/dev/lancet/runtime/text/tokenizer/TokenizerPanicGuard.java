package dev.lancet.runtime.text.tokenizer;

import dev.lancet.dsl.LancetException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import tools.jackson.databind.JsonNode;

/**
 * Rejects a {@code tokenizer.json} on which Hugging Face's native library would panic, because a Rust panic aborts the
 * whole JVM. {@code src/test/fuzz} found this case with tokenizers 0.21.4.
 */
final class TokenizerPanicGuard {

    private TokenizerPanicGuard() {}

    /**
     * Checks the second part of every merge. The library removes as many bytes from it as {@code
     * continuing_subword_prefix} has characters, without checking its length ({@code models/bpe/model.rs}).
     *
     * @throws LancetException naming the first merge whose second part is wrong
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
}
