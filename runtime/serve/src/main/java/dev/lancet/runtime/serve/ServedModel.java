package dev.lancet.runtime.serve;

import dev.lancet.dsl.LancetException;
import dev.lancet.runtime.embed.TextEncoder;
import dev.lancet.runtime.generate.GenerationSettings;
import dev.lancet.runtime.generate.TextGenerator;
import dev.lancet.runtime.language.TextModel;
import java.util.Optional;

/**
 * What a server answers with: a language model, or an encoder of texts. Closing it frees what serving needs; the model or
 * encoder stays open.
 */
public final class ServedModel implements AutoCloseable {

    private final String name;
    private final Optional<TextGenerator> generator;
    private final Optional<TextEncoder> encoder;

    private ServedModel(String name, Optional<TextGenerator> generator, Optional<TextEncoder> encoder) {
        if (name.isBlank()) {
            throw new IllegalArgumentException("name: the model has none; give the name that requests use");
        }
        this.name = name;
        this.generator = generator;
        this.encoder = encoder;
    }

    /**
     * A language model, which generates texts.
     *
     * @param name the name that requests use
     * @throws LancetException if the model has no tokenizer or is damaged: one token is generated to see that it works
     */
    public static ServedModel of(String name, TextModel model) {
        return of(name, model.generator());
    }

    /**
     * A generator of texts; closing the served model closes it.
     *
     * @param name the name that requests use
     * @throws LancetException as {@link #of(String, TextModel)}
     */
    public static ServedModel of(String name, TextGenerator generator) {
        try {
            generator.generate("a", GenerationSettings.of(1), piece -> true);
            return new ServedModel(name, Optional.of(generator), Optional.empty());
        } catch (RuntimeException wrong) {
            generator.close();
            throw wrong;
        }
    }

    /**
     * An encoder, which gives vectors of texts.
     *
     * @param name the name that requests use
     */
    public static ServedModel of(String name, TextEncoder encoder) {
        return new ServedModel(name, Optional.empty(), Optional.of(encoder));
    }

    /** The name that requests use. */
    public String name() {
        return name;
    }

    TextGenerator generator() {
        return generator.orElseThrow(() -> RefusedRequest.invalid(
                "model", name + " is an encoder, which generates no text; ask it for /v1/embeddings"));
    }

    TextEncoder encoder() {
        return encoder.orElseThrow(() -> RefusedRequest.invalid(
                "model",
                name + " is a language model, which gives no embeddings; ask it for /v1/chat/completions or"
                        + " /v1/completions"));
    }

    @Override
    public void close() {
        generator.ifPresent(TextGenerator::close);
    }
}
