package dev.lancet.runtime.tune;

import dev.lancet.dsl.Adapter;
import dev.lancet.dsl.Compression;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Precision;
import dev.lancet.dsl.Selector;
import dev.lancet.runtime.Model;
import java.util.Optional;

/**
 * What of a model is trained when it is fine-tuned: adapters beside some linear layers, which are frozen as they are or in
 * fewer bits (QLoRA, arXiv 2305.14314), or all of it.
 *
 * @param adapter what is trained beside each layer; empty to train the model itself
 * @param layers which layers get one
 * @param bits in how many bits all linear layers are stored first; float32 to leave them as they are
 */
public record FineTuning(Optional<Adapter> adapter, Selector layers, Precision bits) {

    public FineTuning {
        if (adapter.isEmpty() && bits.quantized()) {
            throw new IllegalArgumentException(
                    "bits: " + bits
                            + "; what is stored in fewer bits is frozen, so it goes with an adapter, or comes after the training");
        }
    }

    /** All that is stored in float32. */
    public static FineTuning full() {
        return new FineTuning(Optional.empty(), usual(), Precision.float32());
    }

    /** An adapter beside each of these layers. */
    public static FineTuning with(Adapter adapter, Selector layers) {
        return new FineTuning(Optional.of(adapter), layers, Precision.float32());
    }

    /** The same beside linear layers in fewer bits. */
    public FineTuning over(Precision precision) {
        return new FineTuning(adapter, layers, precision);
    }

    /** The layers that get an adapter where none are named: attention and feed-forward of all blocks, not the head. */
    public static Selector usual() {
        return Selector.attention().or(Selector.feedForward());
    }

    /**
     * The model to be trained: another one beside the base, or the base itself where nothing is put beside it. A base that
     * has adapters keeps them, and they go on being trained.
     *
     * @throws LancetException if a layer that is named is none, or if all of a base is to be trained that has adapters
     */
    public Model begin(Model base) {
        if (base.plan().adapted()) {
            return goOn(base);
        }
        if (adapter.isEmpty()) {
            return base;
        }
        return bits.quantized()
                ? base.compress(quantised().on(layers).quantize(bits, adapter.get()))
                : base.adapt(layers, adapter.get());
    }

    private Model goOn(Model base) {
        if (adapter.isEmpty()) {
            throw new LancetException("adapter: " + base.plan().model()
                    + " has adapters, and they are what is trained then; merge them first, or go on training them");
        }
        return bits.quantized() ? base.compress(quantised()) : base;
    }

    private Compression quantised() {
        return Compression.keepAll().on(Selector.linears()).quantize(bits);
    }
}
