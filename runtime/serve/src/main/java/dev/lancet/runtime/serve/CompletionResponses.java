package dev.lancet.runtime.serve;

import dev.lancet.runtime.generate.FinishReason;
import dev.lancet.runtime.generate.Generation;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The JSON documents of one answer, as OpenAI writes them. */
final class CompletionResponses {

    private final String model;
    private final boolean chat;
    private final String id;
    private final long created = System.currentTimeMillis() / 1000;

    /**
     * @param model the name of the model
     * @param chat whether a conversation is answered, not a text continued
     */
    CompletionResponses(String model, boolean chat) {
        this.model = model;
        this.chat = chat;
        id = (chat ? "chatcmpl-" : "cmpl-") + UUID.randomUUID();
    }

    /** The whole answer. */
    Map<String, @Nullable Object> whole(Generation generation) {
        Map<String, @Nullable Object> choice = choice(reason(generation.end()));
        if (chat) {
            choice.put("message", Map.of("role", "assistant", "content", generation.text()));
        } else {
            choice.put("text", generation.text());
        }
        Map<String, @Nullable Object> document = document(chat ? "chat.completion" : "text_completion", choice);
        document.put("usage", usage(generation));
        return document;
    }

    /** The event that begins the answer of a conversation. */
    Map<String, @Nullable Object> beginning() {
        return event(Map.of("role", "assistant", "content", ""), "", null);
    }

    /** The event with the next part of the text. */
    Map<String, @Nullable Object> piece(String text) {
        return event(Map.of("content", text), text, null);
    }

    /** The event that ends the text. */
    Map<String, @Nullable Object> end(FinishReason end) {
        return event(Map.of(), "", reason(end));
    }

    /** The event with the numbers of tokens. */
    Map<String, @Nullable Object> usageEvent(Generation generation) {
        Map<String, @Nullable Object> document = end(generation.end());
        document.put("choices", List.of());
        document.put("usage", usage(generation));
        return document;
    }

    private Map<String, @Nullable Object> event(Map<String, String> delta, String text, @Nullable String reason) {
        Map<String, @Nullable Object> choice = choice(reason);
        if (chat) {
            choice.put("delta", delta);
        } else {
            choice.put("text", text);
        }
        return document(chat ? "chat.completion.chunk" : "text_completion", choice);
    }

    private static Map<String, @Nullable Object> choice(@Nullable String reason) {
        Map<String, @Nullable Object> choice = new LinkedHashMap<>();
        choice.put("index", 0);
        choice.put("logprobs", null);
        choice.put("finish_reason", reason);
        return choice;
    }

    private Map<String, @Nullable Object> document(String object, Map<String, @Nullable Object> choice) {
        Map<String, @Nullable Object> document = new LinkedHashMap<>();
        document.put("id", id);
        document.put("object", object);
        document.put("created", created);
        document.put("model", model);
        document.put("choices", List.of(choice));
        return document;
    }

    private static Map<String, Integer> usage(Generation generation) {
        int prompt = generation.promptTokens();
        int added = generation.ids().size();
        return Map.of("prompt_tokens", prompt, "completion_tokens", added, "total_tokens", prompt + added);
    }

    private static String reason(FinishReason end) {
        return switch (end) {
            case END_TOKEN, STOP_STRING -> "stop";
            case LENGTH, CANCELLED -> "length";
        };
    }
}
