package dev.lancet.runtime;

import dev.lancet.runtime.generate.DecodingSession;
import dev.lancet.runtime.generate.PromptLimits;
import dev.lancet.runtime.generate.TextEngine;
import dev.lancet.runtime.text.chat.ChatTemplate;
import dev.lancet.runtime.text.tokenizer.Tokenizer;
import java.util.Optional;
import java.util.function.Supplier;

/** A model that TensorFlow runs, as text generation needs it. */
final class TensorFlowTextEngine implements TextEngine {

    private final ModelTokenizer tokenizer;
    private final ModelUse use;
    private final Inference inference;

    TensorFlowTextEngine(ModelTokenizer tokenizer, ModelUse use, Inference inference) {
        this.tokenizer = tokenizer;
        this.use = use;
        this.inference = inference;
    }

    @Override
    public PromptLimits limits() {
        return inference.limits();
    }

    @Override
    public Tokenizer tokenizer() {
        return tokenizer.own();
    }

    @Override
    public Optional<ChatTemplate> chat() {
        return tokenizer.chat();
    }

    @Override
    public DecodingSession openSession() {
        return inference.openSession();
    }

    @Override
    public DecodingSession openScoringSession() {
        return inference.openScoringSession();
    }

    @Override
    public int changes() {
        return inference.changes();
    }

    @Override
    public <T> T during(Supplier<T> work) {
        return use.during("generation", work);
    }
}
