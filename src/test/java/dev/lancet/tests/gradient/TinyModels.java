package dev.lancet.tests.gradient;

import static dev.lancet.Lancet.gelu;
import static dev.lancet.Lancet.geluTanh;
import static dev.lancet.Lancet.heads;
import static dev.lancet.Lancet.layerNorm;
import static dev.lancet.Lancet.learned;
import static dev.lancet.Lancet.rmsNorm;
import static dev.lancet.Lancet.swiglu;

import dev.lancet.dsl.FeedForward;
import dev.lancet.dsl.Transformer;
import java.util.List;

/** Models small enough for a test and with everything that their families have. */
final class TinyModels {

    private TinyModels() {}

    static List<Transformer> all() {
        return List.of(gpt("gpt", geluTanh(16)), gpt("gpt with exact gelu", gelu(16)), llama(), qwen(), normedHeads());
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

    private static Transformer.Builder tiny(String name) {
        return Transformer.decoder(name).vocabulary(11).context(8).width(8).layers(2);
    }
}
