package dev.lancet.dsl;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Published models: their architectures and sizes, without weights. */
public final class Presets {

    private static final List<Transformer> ALL = List.of(
            gpt2("gpt2-127m", 768, 12, 12),
            gpt2("gpt2-1.5b", 1600, 48, 25),
            llama("tinyllama-1.1b", 2048, 2048, 22, Attention.heads(32).kv(4), 5632),
            llama("llama-2-7b", 4096, 4096, 32, Attention.heads(32), 11008),
            llama("llama-2-13b", 4096, 5120, 40, Attention.heads(40), 13824));

    private Presets() {}

    /**
     * The names: {@code gpt2-127m} (124,439,808 parameters; the paper rounds to 127 M), {@code gpt2-1.5b}
     * (1,557,611,200), {@code tinyllama-1.1b} (1,100,048,384), {@code llama-2-7b} (6,738,415,616), {@code llama-2-13b}
     * (13,015,864,320).
     */
    public static List<String> names() {
        return ALL.stream().map(Transformer::name).toList();
    }

    /** The preset of this name, in upper or lower case, or empty. */
    public static Optional<Transformer> find(String name) {
        String wanted = name.toLowerCase(Locale.ROOT);
        return ALL.stream().filter(model -> model.name().equals(wanted)).findFirst();
    }

    private static Transformer gpt2(String name, int width, int layers, int heads) {
        return Transformer.decoder(name)
                .vocabulary(50_257)
                .context(1024)
                .width(width)
                .layers(layers)
                .attention(Attention.heads(heads).bias())
                .feedForward(FeedForward.geluTanh(4 * width))
                .norm(Norm.layerNorm(1e-5))
                .position(Position.learned())
                .tiedHead()
                .build();
    }

    private static Transformer llama(String name, int context, int width, int layers, Attention attention, int hidden) {
        return Transformer.decoder(name)
                .vocabulary(32_000)
                .context(context)
                .width(width)
                .layers(layers)
                .attention(attention)
                .feedForward(FeedForward.swiglu(hidden))
                .norm(Norm.rmsNorm(1e-5))
                .position(Position.rotary(10_000))
                .untiedHead()
                .build();
    }
}
