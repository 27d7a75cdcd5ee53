package dev.lancet.runtime.serve;

import dev.lancet.runtime.generate.EncodedPrompt;
import dev.lancet.runtime.generate.Generation;
import dev.lancet.runtime.generate.TextGenerator;
import tools.jackson.databind.JsonNode;

/** Answers conversations, or continues texts. */
final class GenerationEndpoint implements Endpoint {

    private final ServedModel model;
    private final boolean chat;

    /** @param chat whether it answers conversations, not continues texts */
    GenerationEndpoint(ServedModel model, boolean chat) {
        this.model = model;
        this.chat = chat;
    }

    @Override
    public Work read(JsonNode body) {
        TextGenerator generator = model.generator();
        GenerationRequest request = GenerationRequest.read(body, chat);
        return exchange -> answer(generator, request, exchange);
    }

    private void answer(TextGenerator generator, GenerationRequest request, HttpExchange exchange) {
        EncodedPrompt prompt = request.encode(generator);
        CompletionResponses documents = new CompletionResponses(model.name(), chat);
        if (request.stream()) {
            exchange.beginEvents();
            if (chat) {
                exchange.event(documents.beginning());
            }
        }
        Generation generation = generator.generate(prompt, request.settings(), piece -> {
            if (request.stream() && !piece.isEmpty()) {
                exchange.event(documents.piece(piece));
            }
            return exchange.wanted() && !exchange.late();
        });
        if (!exchange.wanted()) {
            exchange.abandon();
        } else if (!request.stream()) {
            exchange.answer(200, documents.whole(generation));
        } else {
            exchange.event(documents.end(generation.end()));
            if (request.usage()) {
                exchange.event(documents.usageEvent(generation));
            }
            exchange.endEvents();
        }
    }
}
