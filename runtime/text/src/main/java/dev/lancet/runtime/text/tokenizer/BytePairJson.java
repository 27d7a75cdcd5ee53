package dev.lancet.runtime.text.tokenizer;

import dev.lancet.runtime.text.bpe.Alphabet;
import dev.lancet.runtime.text.bpe.BytePairs;
import dev.lancet.runtime.text.bpe.TokenMerge;
import java.nio.charset.StandardCharsets;
import java.util.List;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Writes a vocabulary as Hugging Face's {@code tokenizer.json}, in the form of their own trainer. */
public final class BytePairJson {

    private BytePairJson() {}

    public static String of(BytePairs pairs) {
        JsonMapper mapper = JsonMapper.shared();
        ObjectNode root = mapper.createObjectNode();
        root.put("version", "1.0");
        root.putNull("truncation");
        root.putNull("padding");
        ArrayNode added = root.putArray("added_tokens");
        pairs.special().stream().sorted().forEach(id -> added.addObject()
                .put("id", id)
                .put("content", name(pairs, id))
                .put("single_word", false)
                .put("lstrip", false)
                .put("rstrip", false)
                .put("normalized", false)
                .put("special", true));
        root.putNull("normalizer");
        byteLevel(root, "pre_tokenizer", false);
        byteLevel(root, "post_processor", false);
        byteLevel(root, "decoder", true);
        model(root.putObject("model"), pairs);
        return mapper.writerWithDefaultPrettyPrinter().writeValueAsString(root) + "\n";
    }

    private static void byteLevel(ObjectNode root, String key, boolean trimOffsets) {
        root.putObject(key)
                .put("type", "ByteLevel")
                .put("add_prefix_space", false)
                .put("trim_offsets", trimOffsets)
                .put("use_regex", true);
    }

    private static void model(ObjectNode model, BytePairs pairs) {
        model.put("type", "BPE");
        for (String unset : List.of("dropout", "unk_token", "continuing_subword_prefix", "end_of_word_suffix")) {
            model.putNull(unset);
        }
        for (String off : List.of("fuse_unk", "byte_fallback", "ignore_merges")) {
            model.put(off, false);
        }
        ObjectNode vocabulary = model.putObject("vocab");
        for (int id = 0; id < pairs.tokens().size(); id++) {
            vocabulary.put(token(pairs, id), id);
        }
        ArrayNode merges = model.putArray("merges");
        for (TokenMerge merge : pairs.merges()) {
            merges.addArray().add(token(pairs, merge.left())).add(token(pairs, merge.right()));
        }
    }

    private static String token(BytePairs pairs, int id) {
        return pairs.special().contains(id)
                ? name(pairs, id)
                : Alphabet.text(pairs.tokens().get(id));
    }

    private static String name(BytePairs pairs, int id) {
        return new String(pairs.tokens().get(id), StandardCharsets.UTF_8);
    }
}
