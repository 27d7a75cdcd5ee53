package dev.lancet.runtime.langchain4j;

import dev.lancet.runtime.generate.Generation;
import dev.lancet.runtime.generate.GenerationSettings;
import dev.lancet.runtime.generate.Sampler;
import dev.lancet.runtime.text.chat.ChatTurn;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ResponseFormatType;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.output.FinishReason;
import dev.langchain4j.model.output.TokenUsage;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Converts requests of LangChain4j to settings of a generation, and texts to responses. */
final class LangChainConversion {

    private LangChainConversion() {}

    /**
     * The messages of a request.
     *
     * @throws UnsupportedFeatureException if one has something other than text
     */
    static List<ChatTurn> turns(ChatRequest request) {
        return request.messages().stream().map(LangChainConversion::turn).toList();
    }

    private static ChatTurn turn(ChatMessage message) {
        if (message instanceof SystemMessage system) {
            return new ChatTurn("system", system.text());
        }
        if (message instanceof UserMessage user && user.hasSingleText()) {
            return new ChatTurn("user", user.singleText());
        }
        if (message instanceof AiMessage answer && !answer.hasToolExecutionRequests() && answer.text() != null) {
            return new ChatTurn("assistant", answer.text());
        }
        throw new UnsupportedFeatureException(
                "messages: a Lancet model reads text only, and calls no tools; this one is of type " + message.type());
    }

    /**
     * The settings of a request, where it has any, over the usual ones.
     *
     * @throws UnsupportedFeatureException if it asks for what Lancet does not have
     * @throws IllegalArgumentException if a number is out of range
     */
    static GenerationSettings settings(ChatRequest request, GenerationSettings usual) {
        refuse("frequencyPenalty", isSet(request.frequencyPenalty()));
        refuse("presencePenalty", isSet(request.presencePenalty()));
        refuse(
                "tools",
                request.toolSpecifications() != null
                        && !request.toolSpecifications().isEmpty());
        refuse(
                "responseFormat",
                request.responseFormat() != null && request.responseFormat().type() != ResponseFormatType.TEXT);
        Sampler sampler = usual.sampler();
        if (request.temperature() != null) {
            sampler = sampler.temperature(request.temperature());
        }
        if (request.topP() != null) {
            sampler = sampler.topP(request.topP());
        }
        if (request.topK() != null) {
            sampler = sampler.topK(request.topK());
        }
        int tokens = request.maxOutputTokens() != null ? request.maxOutputTokens() : usual.tokens();
        List<String> stops =
                request.stopSequences() != null && !request.stopSequences().isEmpty()
                        ? request.stopSequences()
                        : usual.stops();
        return new GenerationSettings(tokens, sampler, stops);
    }

    private static boolean isSet(@Nullable Double penalty) {
        return penalty != null && penalty != 0;
    }

    private static void refuse(String what, boolean wanted) {
        if (wanted) {
            throw new UnsupportedFeatureException(what + ": Lancet does not have it; leave it out");
        }
    }

    /** The response with a generated text. */
    static ChatResponse response(String model, Generation generation) {
        return ChatResponse.builder()
                .aiMessage(AiMessage.from(generation.text()))
                .modelName(model)
                .tokenUsage(new TokenUsage(
                        generation.promptTokens(), generation.ids().size()))
                .finishReason(
                        switch (generation.end()) {
                            case END_TOKEN, STOP_STRING -> FinishReason.STOP;
                            case LENGTH -> FinishReason.LENGTH;
                            case CANCELLED -> FinishReason.OTHER;
                        })
                .build();
    }
}
