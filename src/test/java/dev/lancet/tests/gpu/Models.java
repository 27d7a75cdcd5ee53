package dev.lancet.tests.gpu;

import static dev.lancet.dsl.Attention.heads;
import static dev.lancet.dsl.FeedForward.geluTanh;
import static dev.lancet.dsl.FeedForward.swiglu;
import static dev.lancet.dsl.Norm.layerNorm;
import static dev.lancet.dsl.Position.learned;

import dev.lancet.dsl.Transformer;
import java.util.List;
import java.util.Random;

/** One of each family, small. */
final class Models {

    private Models() {}

    static List<Transformer> all() {
        return List.of(
                Transformer.decoder("llama")
                        .vocabulary(48)
                        .context(32)
                        .width(32)
                        .layers(2)
                        .attention(heads(4).kv(2))
                        .feedForward(swiglu(64))
                        .build(),
                Transformer.decoder("gpt2")
                        .vocabulary(48)
                        .context(32)
                        .width(32)
                        .layers(2)
                        .attention(heads(4).bias())
                        .feedForward(geluTanh(64))
                        .norm(layerNorm(1e-5))
                        .position(learned())
                        .build());
    }

    static int[] text(int length) {
        Random random = new Random(7);
        int[] ids = new int[length];
        for (int i = 1; i < length; i++) {
            ids[i] = (ids[i - 1] * 5 + random.nextInt(3) * 11 + 1) % 48;
        }
        return ids;
    }
}
