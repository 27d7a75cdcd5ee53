package dev.lancet.dsl.plan;

import dev.lancet.dsl.Adapter;
import dev.lancet.dsl.Correction;
import dev.lancet.dsl.Initialisation;
import dev.lancet.dsl.Nonlinearity;
import dev.lancet.dsl.Precision;
import dev.lancet.dsl.Weight;
import java.util.Optional;
import java.util.OptionalInt;

/** What a step cannot be. */
final class StepValidation {

    private StepValidation() {}

    static void check(
            Weight weight,
            OptionalInt rank,
            Precision precision,
            Optional<Nonlinearity> between,
            Optional<Initialisation> initialisation) {
        if (!weight.role().matrix()) {
            throw new IllegalArgumentException("step: " + weight.name() + " is a vector; only matrices have steps");
        }
        if (rank.isPresent() && (rank.getAsInt() < 1 || rank.getAsInt() > Math.min(weight.rows(), weight.columns()))) {
            throw new IllegalArgumentException("step: rank " + rank.getAsInt() + " for " + weight.name() + " of shape "
                    + weight.shape() + "; it must lie between 1 and " + Math.min(weight.rows(), weight.columns()));
        }
        if (between.isPresent() && (rank.isEmpty() || weight.role().table())) {
            throw new IllegalArgumentException("step: " + between.get() + " for " + weight.name()
                    + " is not a linear layer in two factors; a nonlinearity needs two factors");
        }
        if (initialisation.isPresent() && rank.isEmpty()) {
            throw new IllegalArgumentException("step: " + initialisation.get() + " for " + weight.name()
                    + ", which stays in one piece; only factors have an initialization");
        }
    }

    static void check(Weight weight, Optional<Nonlinearity> between, Adapter adapter) {
        if (weight.role().table()) {
            throw new IllegalArgumentException("step: " + adapter + " for " + weight.name()
                    + " is an embedding table; only linear layers have adapters");
        }
        if (between.isPresent() && (adapter.decomposed() || adapter.startsFromPrincipal())) {
            throw new IllegalArgumentException("step: " + adapter + " for " + weight.name() + ", which has "
                    + between.get() + " between its factors; dora() and pissa() need one matrix");
        }
    }

    static void check(Weight weight, boolean whole, Precision precision, Correction correction) {
        if (weight.role().table() || !whole || !precision.quantized()) {
            throw new IllegalArgumentException("step: " + correction + " for " + weight.name() + " of shape "
                    + weight.shape() + "; only a linear layer in one piece in 8 or 4 bits has a correction");
        }
        int side = Math.min(weight.rows(), weight.columns());
        if (correction.rank() > side) {
            throw new IllegalArgumentException("step: " + correction + " for " + weight.name() + " of shape "
                    + weight.shape() + "; its rank must lie between 1 and " + side);
        }
    }
}
