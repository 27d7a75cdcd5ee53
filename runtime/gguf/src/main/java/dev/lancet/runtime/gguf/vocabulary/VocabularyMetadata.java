package dev.lancet.runtime.gguf.vocabulary;

import dev.lancet.dsl.LancetException;
import dev.lancet.runtime.gguf.file.GgufMetadata;
import dev.lancet.runtime.text.chat.ChatTemplate;
import dev.lancet.runtime.text.tokenizer.HuggingFaceVocabulary;
import dev.lancet.runtime.text.tokenizer.Llama2Vocabulary;
import dev.lancet.runtime.text.tokenizer.Tokenizer;
import java.nio.file.Path;
import java.util.OptionalInt;

/** Writes a tokenizer and the chat template beside it into the metadata of a GGUF file. */
public final class VocabularyMetadata {

    private VocabularyMetadata() {}

    /**
     * Puts the tokens, their merges or scores, the special tokens, and the chat template.
     *
     * @param file a {@code tokenizer.json} or a llama2.c {@code tok*.bin}
     * @param vocabulary number of ids of the model
     * @throws LancetException if the file is damaged, or if llama.cpp has no tokenizer of its kind
     */
    public static void put(GgufMetadata metadata, Path file, int vocabulary) {
        boolean json = String.valueOf(file.getFileName()).endsWith(".json");
        // It refuses what is damaged, so that the ids below are whole numbers and not too many.
        try (Tokenizer tokenizer = Tokenizer.open(file)) {
            if (tokenizer.vocabulary() > vocabulary) {
                throw new LancetException("export: the tokenizer has " + tokenizer.vocabulary()
                        + " tokens, but the model has " + vocabulary
                        + "; put the tokenizer of this model beside it");
            }
            TokenTable table = json
                    ? TokenizerJsonTable.read(HuggingFaceVocabulary.json(file), file)
                    : Llama2cTokenTable.of(Llama2Vocabulary.read(file));
            table.put(metadata, vocabulary);
            number(metadata, "tokenizer.ggml.bos_token_id", tokenizer.begin());
            number(metadata, "tokenizer.ggml.eos_token_id", tokenizer.end());
            int[] around = tokenizer.encode("a", true);
            int last = around.length - 1;
            metadata.flag("tokenizer.ggml.add_bos_token", last > 0 && is(tokenizer.begin(), around[0]));
            metadata.flag("tokenizer.ggml.add_eos_token", last > 0 && is(tokenizer.end(), around[last]));
        }
        Path folder = file.toAbsolutePath().getParent();
        if (json && folder != null) {
            ChatTemplate.find(folder).ifPresent(chat -> metadata.text("tokenizer.chat_template", chat.source()));
        }
    }

    /** Puts that there is no tokenizer, so that llama.cpp takes token ids only. */
    public static void putNone(GgufMetadata metadata) {
        metadata.text("tokenizer.ggml.model", "no_vocab");
    }

    private static void number(GgufMetadata metadata, String key, OptionalInt id) {
        if (id.isPresent()) {
            metadata.number(key, id.getAsInt());
        }
    }

    private static boolean is(OptionalInt special, int id) {
        return special.isPresent() && special.getAsInt() == id;
    }
}
