package dev.lancet.runtime.generate;

import dev.lancet.dsl.LancetException;
import dev.lancet.runtime.text.chat.ChatTemplate;
import dev.lancet.runtime.text.tokenizer.Tokenizer;
import java.util.Optional;
import java.util.function.Supplier;

/** A model that an engine runs, as {@link TextGenerator} needs it. */
public interface TextEngine {

    /** What the model can read. */
    PromptLimits limits();

    /**
     * The tokenizer of the model.
     *
     * @throws LancetException if it has none
     */
    Tokenizer tokenizer();

    /** The chat template of the model, or empty if it has none. */
    Optional<ChatTemplate> chat();

    /** A session that has read nothing yet; the caller closes it. */
    DecodingSession openSession();

    /** The same, where {@link DecodingSession#readEach} is as fast as the engine can. */
    default DecodingSession openScoringSession() {
        return openSession();
    }

    /** How often the model changed: keys and values from before a change are of no use. */
    default int changes() {
        return 0;
    }

    /**
     * Does work with the model.
     *
     * @throws IllegalStateException if the model cannot be used now
     */
    default <T> T during(Supplier<T> work) {
        return work.get();
    }
}
