package dev.lancet.runtime.bench;

import dev.lancet.dsl.Adapter;
import dev.lancet.dsl.Compression;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Precision;
import dev.lancet.dsl.Selector;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Spectra;

/**
 * What a benchmark measures: a model, its compression, and how often.
 *
 * @param preset the model
 * @param rank rank of the factors of every linear layer except the head, or 0 for full matrices
 * @param precision how the linear layers are stored
 * @param adapter rank of the adapters beside every linear layer except the head, or 0 for none; with adapters, only
 * they are     trained
 * @param steps how many measurements to take; the median counts
 */
public record BenchmarkCase(Preset preset, int rank, Precision precision, int adapter, int steps) {

    /** The seed of weights and ids. */
    static final long SEED = 42;

    public BenchmarkCase {
        if (rank < 0) {
            throw new IllegalArgumentException("--rank: " + rank + "; choose 1 or more, or 0 for full matrices");
        }
        if (adapter < 0) {
            throw new IllegalArgumentException("--lora: " + adapter + "; choose 1 or more, or 0 for none");
        }
        if (steps < 1) {
            throw new IllegalArgumentException("--steps: " + steps + "; at least 1 is needed");
        }
    }

    /** A case without adapters. */
    public BenchmarkCase(Preset preset, int rank, Precision precision, int steps) {
        this(preset, rank, precision, 0, steps);
    }

    /** The same case with adapters of this rank. */
    public BenchmarkCase adapted(int lora) {
        return new BenchmarkCase(preset, rank, precision, lora, steps);
    }

    /**
     * The plan of the model.
     *
     * @throws LancetException if the rank does not make a layer smaller
     */
    public Plan plan() {
        Plan plain = preset.plan(rank, precision);
        Selector layers = Selector.linears().except(Selector.head());
        return adapter == 0
                ? plain
                : plain.then(Compression.keepAll().on(layers).adapt(Adapter.lora(adapter)), Spectra.none());
    }
}
