package dev.lancet.tests.surgery;

import static dev.lancet.dsl.Attention.heads;
import static dev.lancet.dsl.FeedForward.geluTanh;
import static dev.lancet.dsl.FeedForward.swiglu;

import dev.lancet.dsl.Norm;
import dev.lancet.dsl.Position;
import dev.lancet.dsl.Transformer;

/** The two families, small enough to be read line by line. */
final class Models {

    private Models() {}

    static Transformer gpt2(int layers) {
        return Transformer.decoder("gpt2-mini")
                .vocabulary(48)
                .context(16)
                .width(16)
                .layers(layers)
                .attention(heads(4).bias())
                .feedForward(geluTanh(40))
                .norm(Norm.layerNorm(1e-5))
                .position(Position.learned())
                .tiedHead()
                .build();
    }

    static Transformer llama(int layers) {
        return Transformer.decoder("llama-mini")
                .vocabulary(48)
                .context(16)
                .width(16)
                .layers(layers)
                .attention(heads(4).kv(2))
                .feedForward(swiglu(40))
                .untiedHead()
                .build();
    }
}
