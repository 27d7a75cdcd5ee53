package dev.lancet.runtime.langchain4j;

import dev.lancet.dsl.LancetException;
import dev.lancet.runtime.generate.GenerationSettings;
import dev.lancet.runtime.generate.TextGenerator;
import dev.lancet.runtime.language.TextModel;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;

/**
 * A {@link ChatModel} of LangChain4j over a language model of Lancet that has a chat template. Conversations that begin
 * alike are not read again from their start. Threads wait for each other. Closing it frees the memory of the last
 * conversation; the model stays open.
 *
 * <pre>{@code
 * try (Model model = Model.open(Path.of("my-model"));
 *         LancetChatModel chat = LancetChatModel.of(model)) {
 *     System.out.println(chat.chat("What is a yield curve?"));
 * }
 * }</pre>
 *
 * <p>A request may set temperature, top-p, top-k, the most tokens and stop strings. Tools, JSON answers and
 * penalties other than that of the settings throw an {@link dev.langchain4j.exception.UnsupportedFeatureException}.
 */
public final class LancetChatModel implements ChatModel, AutoCloseable {

    private final String name;
    private final TextGenerator generator;
    private final GenerationSettings usual;

    private LancetChatModel(String name, TextGenerator generator, GenerationSettings usual) {
        this.name = name;
        this.generator = generator;
        this.usual = usual;
    }

    /** A chat model that takes the most likely tokens, at most 1024, where a request says nothing else. */
    public static LancetChatModel of(TextModel model) {
        return of(model, GenerationSettings.of(1024));
    }

    /**
     * A chat model.
     *
     * @param usual what holds where a request says nothing
     */
    public static LancetChatModel of(TextModel model, GenerationSettings usual) {
        return new LancetChatModel(model.engine().limits().model(), model.generator(), usual);
    }

    /**
     * Answers a conversation.
     *
     * @throws LancetException if the model has no chat template, or the conversation is longer than its context
     */
    @Override
    public synchronized ChatResponse doChat(ChatRequest request) {
        GenerationSettings settings = LangChainConversion.settings(request, usual);
        return LangChainConversion.response(
                name,
                generator.generate(
                        generator.conversation(LangChainConversion.turns(request)), settings, piece -> true));
    }

    @Override
    public synchronized void close() {
        generator.close();
    }
}
