package dev.lancet.runtime.bench;

import dev.lancet.dsl.Adapter;
import dev.lancet.dsl.Compression;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Precision;
import dev.lancet.dsl.Selector;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Spectra;

/**
 * What is measured: a preset, how small it is, how often.
 *
 * @param preset the model
 * @param rank inner width of the factors of every linear layer but the head, or 0 for whole matrices
 * @param precision in which linear layers are stored
 * @param adapter rank of the adapters beside every linear layer but the head, which are then all that is trained, or 0 for none
 * @param steps how many measurements the median is taken of
 */
public record BenchmarkCase(Preset preset, int rank, Precision precision, int adapter, int steps) {

    /** The seed of weights and ids. */
    static final long SEED = 42;

    public BenchmarkCase {
        if (rank < 0) {
            throw new IllegalArgumentException("--rank: " + rank + "; it is 1 or more, or 0 for whole matrices");
        }
        if (adapter < 0) {
            throw new IllegalArgumentException("--lora: " + adapter + "; it is 1 or more, or 0 for none");
        }
        if (steps < 1) {
            throw new IllegalArgumentException("--steps: " + steps + "; at least 1 is needed");
        }
    }

    /** One without adapters. */
    public BenchmarkCase(Preset preset, int rank, Precision precision, int steps) {
        this(preset, rank, precision, 0, steps);
    }

    /** The same with adapters of this rank. */
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
