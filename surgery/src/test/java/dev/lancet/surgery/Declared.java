package dev.lancet.surgery;

import static dev.lancet.dsl.Attention.heads;
import static dev.lancet.dsl.FeedForward.gelu;
import static dev.lancet.dsl.FeedForward.geluTanh;
import static dev.lancet.dsl.FeedForward.swiglu;
import static dev.lancet.dsl.Norm.layerNorm;
import static dev.lancet.dsl.Position.learned;
import static dev.lancet.dsl.Position.rotary;

import dev.lancet.dsl.Transformer;
import java.util.stream.Stream;

/** Small transformers that between them have everything that can be declared. */
final class Declared {

    private Declared() {}

    static Transformer llama(int layers) {
        return Transformer.decoder("llama")
                .vocabulary(11)
                .context(16)
                .width(8)
                .layers(layers)
                .attention(heads(4).kv(2))
                .feedForward(swiglu(12))
                .untiedHead()
                .build();
    }

    static Transformer gpt2(int layers) {
        return Transformer.decoder("gpt2")
                .vocabulary(11)
                .context(16)
                .width(8)
                .layers(layers)
                .attention(heads(2).bias())
                .feedForward(geluTanh(32))
                .norm(layerNorm(1e-5))
                .position(learned())
                .build();
    }

    static Transformer odd() {
        return Transformer.decoder("odd")
                .vocabulary(11)
                .context(16)
                .width(10)
                .layers(2)
                .attention(heads(6).kv(3).headWidth(4).qkvBias().window(3))
                .feedForward(swiglu(12).bias(true))
                .norm(layerNorm(1e-6))
                .position(rotary(500))
                .build();
    }

    static Transformer plain() {
        return Transformer.decoder("plain")
                .vocabulary(11)
                .context(16)
                .width(8)
                .layers(2)
                .attention(heads(2))
                .feedForward(gelu(12).bias(false))
                .position(learned())
                .build();
    }

    static Stream<Transformer> all() {
        return Stream.of(llama(2), gpt2(2), odd(), plain());
    }
}
