package dev.lancet.runtime.tune;

import dev.lancet.dsl.Adapter;
import dev.lancet.dsl.Compression;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Precision;
import dev.lancet.dsl.Selector;
import dev.lancet.dsl.plan.Step;
import dev.lancet.runtime.Model;
import java.util.Optional;

/**
 * What fine-tuning trains: adapters for some linear layers, while the model is frozen in its current form or in fewer
 * bits (QLoRA, arXiv 2305.14314), or the whole model.
 *
 * @param adapter the adapter for each layer; empty to train the model itself
 * @param layers the layers that get one
 * @param bits the precision of all linear layers during training; float32 to leave them unchanged
 * @param whole weights that are trained themselves beside the adapters, in float32; empty for none
 */
public record FineTuning(Optional<Adapter> adapter, Selector layers, Precision bits, Optional<Selector> whole) {

    public FineTuning {
        if (adapter.isEmpty() && bits.quantized()) {
            throw new IllegalArgumentException("bits: " + bits
                    + "; weights in fewer bits are frozen, so use an adapter, or quantise after the training");
        }
    }

    /** Trains all float32 weights. */
    public static FineTuning full() {
        return new FineTuning(Optional.empty(), usual(), Precision.float32(), Optional.empty());
    }

    /** Trains an adapter for each of these layers. */
    public static FineTuning with(Adapter adapter, Selector layers) {
        return new FineTuning(Optional.of(adapter), layers, Precision.float32(), Optional.empty());
    }

    /** The same over linear layers in fewer bits. */
    public FineTuning over(Precision precision) {
        return new FineTuning(adapter, layers, precision, whole);
    }

    /** The same, and trains these weights themselves; not the layers that get an adapter. */
    public FineTuning training(Selector weights) {
        return new FineTuning(adapter, layers, bits, Optional.of(weights));
    }

    /** The default layers for adapters: attention and feed-forward of all blocks, not the head. */
    public static Selector usual() {
        return Selector.attention().or(Selector.feedForward());
    }

    /**
     * The model to train: a new model with adapters, or the base itself if there are none to add. A base that already has
     * adapters keeps them and trains them further.
     *
     * @throws LancetException if the selector matches no linear layer, or if a base with adapters is to be trained as
     *     a whole
     */
    public Model begin(Model base) {
        if (base.plan().adapted()) {
            return trainFurther(base);
        }
        if (adapter.isEmpty()) {
            return base;
        }
        if (bits.quantized()) {
            return base.compress(trained(quantised().on(layers).quantize(bits, adapter.get())));
        }
        return whole.isEmpty()
                ? base.adapt(layers, adapter.get())
                : base.compress(trained(Compression.keepAll().on(layers).adapt(adapter.get())));
    }

    private Model trainFurther(Model base) {
        if (adapter.isEmpty()) {
            throw new LancetException("adapter: " + base.plan().model()
                    + " has adapters, so only they can be trained; merge them first, or train them further");
        }
        if (!bits.quantized()) {
            return base;
        }
        Compression smaller = quantised();
        for (Step step : base.plan().steps()) {
            if (base.plan().trainsWhole(step.weight())) {
                smaller = smaller.on(Selector.named(step.weight().name())).train();
            }
        }
        return base.compress(smaller);
    }

    private Compression trained(Compression compression) {
        return whole.map(some -> compression.on(some).train()).orElse(compression);
    }

    private Compression quantised() {
        return Compression.keepAll().on(Selector.linears()).quantize(bits);
    }
}
