package dev.lancet.runtime.serve;

import dev.lancet.dsl.LancetException;
import dev.lancet.runtime.embed.TextEmbedding;
import dev.lancet.runtime.embed.TextEncoder;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import tools.jackson.databind.JsonNode;

/** Gives the vectors of texts. */
final class EmbeddingEndpoint implements Endpoint {

    private static final int MOST_TEXTS = 2048;

    /** The texts between two looks at whether the client is still there. */
    private static final int PORTION = 32;

    private final ServedModel model;

    EmbeddingEndpoint(ServedModel model) {
        this.model = model;
    }

    @Override
    public Work read(JsonNode body) {
        TextEncoder encoder = model.encoder();
        RequestFields fields = new RequestFields(body);
        List<String> texts = fields.texts("input", MOST_TEXTS);
        if (texts.isEmpty()) {
            throw RefusedRequest.invalid("input", "it must be a string, or a list of 1 to " + MOST_TEXTS + " strings");
        }
        List<String> format = fields.texts("encoding_format", 1);
        if (!format.isEmpty() && !List.of("float", "base64").contains(format.get(0))) {
            throw RefusedRequest.invalid("encoding_format", "'" + format.get(0) + "'; ask for float or base64");
        }
        OptionalLong dimensions = fields.whole("dimensions", 1, Integer.MAX_VALUE);
        if (dimensions.isPresent() && dimensions.getAsLong() != encoder.width()) {
            throw RefusedRequest.invalid(
                    "dimensions", "the vectors of " + model.name() + " have " + encoder.width() + "; leave it out");
        }
        boolean packed = format.equals(List.of("base64"));
        return exchange -> answer(encoder, texts, packed, exchange);
    }

    private void answer(TextEncoder encoder, List<String> texts, boolean packed, HttpExchange exchange) {
        List<Map<String, Object>> data = new ArrayList<>();
        int tokens = 0;
        for (int from = 0; from < texts.size(); from += PORTION) {
            if (!exchange.wanted()) {
                exchange.abandon();
                return;
            }
            if (exchange.late()) {
                throw RefusedRequest.unavailable("time: " + texts.size() + " texts take too long; send fewer at once");
            }
            for (TextEmbedding one : vectors(encoder, texts.subList(from, Math.min(texts.size(), from + PORTION)))) {
                Map<String, Object> entry = new LinkedHashMap<>();
                entry.put("object", "embedding");
                entry.put("index", data.size());
                entry.put("embedding", packed ? base64(one.vector()) : one.vector());
                data.add(entry);
                tokens += one.tokens();
            }
        }
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("object", "list");
        document.put("data", data);
        document.put("model", model.name());
        document.put("usage", Map.of("prompt_tokens", tokens, "total_tokens", tokens));
        exchange.answer(200, document);
    }

    private static List<TextEmbedding> vectors(TextEncoder encoder, List<String> texts) {
        try {
            return encoder.encode(texts);
        } catch (LancetException e) {
            throw RefusedRequest.invalid("input", String.valueOf(e.getMessage()));
        }
    }

    /** The float32 numbers of a vector, little-endian. */
    private static String base64(float[] vector) {
        ByteBuffer bytes = ByteBuffer.allocate(vector.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(vector);
        return Base64.getEncoder().encodeToString(bytes.array());
    }
}
