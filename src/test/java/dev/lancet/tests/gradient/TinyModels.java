package dev.lancet.tests.gradient;

import static dev.lancet.Lancet.geglu;
import static dev.lancet.Lancet.gegluTanh;
import static dev.lancet.Lancet.gelu;
import static dev.lancet.Lancet.geluTanh;
import static dev.lancet.Lancet.heads;
import static dev.lancet.Lancet.layerNorm;
import static dev.lancet.Lancet.learned;
import static dev.lancet.Lancet.nextToken;
import static dev.lancet.Lancet.noPositions;
import static dev.lancet.Lancet.outputNorm;
import static dev.lancet.Lancet.postNorm;
import static dev.lancet.Lancet.preNorm;
import static dev.lancet.Lancet.rmsNorm;
import static dev.lancet.Lancet.rotary;
import static dev.lancet.Lancet.sandwichNorm;
import static dev.lancet.Lancet.swiglu;

import dev.lancet.dsl.FeedForward;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.TransformerBuilder;
import java.util.List;

/** Models small enough for a test and with everything that their families have. */
final class TinyModels {

    private TinyModels() {}

    static List<Transformer> all() {
        return List.of(
                gpt("gpt", geluTanh(16)),
                gpt("gpt with exact gelu", gelu(16)),
                llama(),
                qwen(),
                normedHeads(),
                fourNorms(),
                parallel(),
                normedSums(),
                normedOutputs());
    }

    /** Gemma's parts. */
    private static Transformer fourNorms() {
        return tiny("four norms")
                .attention(heads(2).headWidth(6)
                        .kv(1)
                        .qkNorm(rmsNorm(1e-3).plusOne())
                        .scale(0.6)
                        .cap(3))
                .feedForward(gegluTanh(12))
                .norm(rmsNorm(1e-3).plusOne())
                .residual(sandwichNorm())
                .embeddingScale(2.5)
                .head(nextToken().cap(3))
                .variant(2, rotary(50), 1)
                .build();
    }

    /** GPT-NeoX's parts, with multipliers as in Granite. */
    private static Transformer parallel() {
        return tiny("parallel halves")
                .attention(heads(2).bias())
                .feedForward(gelu(12))
                .norm(layerNorm(1e-3))
                .position(rotary(100).width(2))
                .residual(preNorm().inParallel().scale(0.5))
                .head(nextToken().scale(0.3))
                .untiedHead()
                .build();
    }

    /** BERT's blocks, as a decoder. */
    private static Transformer normedSums() {
        return tiny("normed sums")
                .attention(heads(2).bias())
                .feedForward(gelu(12))
                .norm(layerNorm(1e-3))
                .position(learned().from(2))
                .tokenTypes(2)
                .embeddingNorm(layerNorm(1e-3))
                .residual(postNorm())
                .build();
    }

    /** OLMo-2's norms, and blocks without positions. */
    private static Transformer normedOutputs() {
        return tiny("normed outputs")
                .attention(heads(2).wideQkNorm(rmsNorm(1e-3)))
                .feedForward(geglu(12))
                .residual(outputNorm())
                .variant(0, noPositions(), 0)
                .build();
    }

    private static Transformer gpt(String name, FeedForward feedForward) {
        return tiny(name)
                .attention(heads(2).bias())
                .feedForward(feedForward.bias(true))
                .norm(layerNorm(1e-5))
                .position(learned())
                .build();
    }

    static Transformer llama() {
        return tiny("llama")
                .attention(heads(4).kv(2))
                .feedForward(swiglu(12))
                .untiedHead()
                .build();
    }

    private static Transformer qwen() {
        return tiny("qwen")
                .attention(heads(4).kv(1).qkvBias())
                .feedForward(swiglu(12))
                .build();
    }

    static Transformer normedHeads() {
        return tiny("normed heads")
                .attention(heads(4).kv(2).headWidth(6).qkvBias().qkNorm(rmsNorm(1e-3)))
                .feedForward(swiglu(12))
                .build();
    }

    private static TransformerBuilder tiny(String name) {
        return Transformer.decoder(name).vocabulary(11).context(8).width(8).layers(2);
    }
}
