package dev.lancet.tests.endtoend;

import static dev.lancet.Lancet.geluTanh;
import static dev.lancet.Lancet.heads;
import static dev.lancet.Lancet.layerNorm;
import static dev.lancet.Lancet.learned;
import static dev.lancet.Lancet.swiglu;

import dev.lancet.dsl.Transformer;
import java.util.Random;

/** Transformers that train in a second, and a text with something to learn in it. */
final class TinyModel {

    private TinyModel() {}

    static Transformer llama() {
        return Transformer.decoder("tiny-llama")
                .vocabulary(48)
                .context(32)
                .width(32)
                .layers(2)
                .attention(heads(4).kv(2))
                .feedForward(swiglu(64))
                .build();
    }

    static Transformer gpt2() {
        return Transformer.decoder("tiny-gpt2")
                .vocabulary(48)
                .context(32)
                .width(32)
                .layers(2)
                .attention(heads(4).bias())
                .feedForward(geluTanh(64))
                .norm(layerNorm(1e-5))
                .position(learned())
                .build();
    }

    /** A walk in which each token is one of three successors of the one before. */
    static int[] text(int length) {
        Random random = new Random(7);
        int[] ids = new int[length];
        for (int i = 1; i < length; i++) {
            ids[i] = (ids[i - 1] * 5 + random.nextInt(3) * 11 + 1) % 48;
        }
        return ids;
    }
}
