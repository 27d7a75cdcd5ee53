package dev.lancet.runtime.serve;

import dev.lancet.dsl.LancetException;
import dev.lancet.runtime.generate.EncodedPrompt;
import dev.lancet.runtime.generate.GenerationSettings;
import dev.lancet.runtime.generate.Sampler;
import dev.lancet.runtime.generate.TextGenerator;
import dev.lancet.runtime.text.chat.ChatTurn;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.ThreadLocalRandom;
import tools.jackson.databind.JsonNode;

/**
 * A request for a text.
 *
 * @param turns the conversation to answer; empty for a text to continue
 * @param prompt the text to continue; empty for a conversation
 * @param settings how to generate
 * @param stream whether the answer comes in events
 * @param usage whether the events end with the numbers of tokens
 */
record GenerationRequest(
        List<ChatTurn> turns, String prompt, GenerationSettings settings, boolean stream, boolean usage) {

    private static final int MOST_TURNS = 1000;
    private static final int LONGEST = 1 << 24;
    /** OpenAI's number for a text to continue. */
    private static final int USUAL_COMPLETION = 16;

    private static final List<String> UNKNOWN_IN_CHATS = List.of(
            "tools",
            "functions",
            "logprobs",
            "top_logprobs",
            "logit_bias",
            "frequency_penalty",
            "presence_penalty",
            "audio");
    private static final List<String> UNKNOWN_IN_TEXTS =
            List.of("suffix", "echo", "logprobs", "logit_bias", "frequency_penalty", "presence_penalty");

    GenerationRequest {
        turns = List.copyOf(turns);
    }

    /**
     * Reads a request.
     *
     * @param chat whether it has a conversation, not a text to continue
     */
    static GenerationRequest read(JsonNode body, boolean chat) {
        RequestFields fields = new RequestFields(body);
        fields.refuse(chat ? UNKNOWN_IN_CHATS : UNKNOWN_IN_TEXTS);
        fields.whole("n", 1, 1);
        fields.whole("best_of", 1, 1);
        requireText(fields);
        return new GenerationRequest(
                chat ? turns(fields) : List.of(),
                chat ? "" : prompt(fields),
                settings(fields, chat),
                fields.flag("stream"),
                fields.inside("stream_options").flag("include_usage"));
    }

    private static void requireText(RequestFields fields) {
        List<String> type = fields.inside("response_format").texts("type", 1);
        if (!type.isEmpty() && !type.equals(List.of("text"))) {
            throw RefusedRequest.invalid("response_format", "this server writes text only; leave it out");
        }
    }

    private static List<ChatTurn> turns(RequestFields fields) {
        List<ChatTurn> turns = new ArrayList<>();
        for (JsonNode message : fields.objects("messages", MOST_TURNS)) {
            turns.add(new ChatTurn(new RequestFields(message).required("role"), content(message.path("content"))));
        }
        return turns;
    }

    /** The text of a message, which may come in parts. */
    private static String content(JsonNode content) {
        if (content.isString()) {
            return content.stringValue();
        }
        StringBuilder text = new StringBuilder();
        for (JsonNode part : content) {
            if (!part.path("type").asString("").equals("text")
                    || !part.path("text").isString()) {
                throw RefusedRequest.invalid(
                        "messages", "a content has a part that is no text; this server reads text only");
            }
            text.append(part.path("text").stringValue());
        }
        if (!content.isArray()) {
            throw RefusedRequest.invalid("messages", "a content is missing; it must be a string, or a list of parts");
        }
        return text.toString();
    }

    private static String prompt(RequestFields fields) {
        List<String> prompts = fields.texts("prompt", 1);
        if (prompts.isEmpty()) {
            throw RefusedRequest.invalid("prompt", "it must be a string");
        }
        return prompts.get(0);
    }

    private static GenerationSettings settings(RequestFields fields, boolean chat) {
        OptionalLong most = fields.whole("max_completion_tokens", 1, LONGEST);
        int tokens = (int) (most.isPresent() ? most : fields.whole("max_tokens", 1, LONGEST))
                .orElse(chat ? LONGEST : USUAL_COMPLETION);
        OptionalLong seed = fields.whole("seed", Long.MIN_VALUE, Long.MAX_VALUE);
        Sampler sampler = new Sampler(
                fields.number("temperature", 1, 0, 2),
                (int) fields.whole("top_k", 0, LONGEST).orElse(0),
                fields.number("top_p", 1, Double.MIN_VALUE, 1),
                fields.number("min_p", 0, 0, 1),
                fields.number("repetition_penalty", 1, 0.01, 100),
                seed.isPresent()
                        ? seed.getAsLong()
                        : ThreadLocalRandom.current().nextLong());
        try {
            return new GenerationSettings(tokens, sampler, fields.texts("stop", GenerationSettings.MOST_STOPS));
        } catch (IllegalArgumentException e) {
            throw RefusedRequest.invalid("stop", String.valueOf(e.getMessage()));
        }
    }

    /**
     * The prompt as the model reads it.
     *
     * @throws RefusedRequest if the model cannot read it
     */
    EncodedPrompt encode(TextGenerator generator) {
        try {
            return turns.isEmpty() ? generator.prompt(prompt) : generator.conversation(turns);
        } catch (LancetException e) {
            throw RefusedRequest.invalid(turns.isEmpty() ? "prompt" : "messages", String.valueOf(e.getMessage()));
        }
    }
}
