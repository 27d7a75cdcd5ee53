package dev.lancet.runtime.langchain4j;

import dev.lancet.runtime.embed.TextEmbedding;
import dev.lancet.runtime.embed.TextEncoder;
import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.request.EmbeddingInput;
import dev.langchain4j.model.embedding.request.EmbeddingRequest;
import dev.langchain4j.model.embedding.response.EmbeddingResponse;
import dev.langchain4j.model.output.TokenUsage;
import java.util.List;

/**
 * An {@link EmbeddingModel} of LangChain4j over an encoder of Lancet. The vectors have length 1. Threads wait for each
 * other; the encoder stays open.
 *
 * <pre>{@code
 * try (TextEncoder encoder = TextEncoder.open(Path.of("minilm-small"), Optional.empty(), Device.auto())) {
 *     EmbeddingModel model = new LancetEmbeddingModel(encoder);
 *     Embedding vector = model.embed("Rates stay where they are.").content();
 * }
 * }</pre>
 */
public final class LancetEmbeddingModel implements EmbeddingModel {

    private final TextEncoder encoder;

    /** An embedding model over an encoder, which the caller closes. */
    public LancetEmbeddingModel(TextEncoder encoder) {
        this.encoder = encoder;
    }

    @Override
    public synchronized EmbeddingResponse doEmbed(EmbeddingRequest request) {
        if (request.dimensions() != null && request.dimensions() != dimension()) {
            throw new UnsupportedFeatureException(
                    "dimensions: the vectors of " + modelName() + " have " + dimension() + "; leave it out");
        }
        List<TextEmbedding> vectors = encoder.encode(
                request.inputs().stream().map(EmbeddingInput::text).toList());
        int tokens = vectors.stream().mapToInt(TextEmbedding::tokens).sum();
        return EmbeddingResponse.builder()
                .embeddings(vectors.stream()
                        .map(vector -> Embedding.from(vector.vector()))
                        .toList())
                .modelName(modelName())
                .tokenUsage(new TokenUsage(tokens))
                .build();
    }

    @Override
    public int dimension() {
        return encoder.width();
    }

    @Override
    public String modelName() {
        return encoder.name();
    }
}
