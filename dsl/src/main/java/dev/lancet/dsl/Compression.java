package dev.lancet.dsl;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * How a model is to be made small: clauses in order, of which the last one that selects a weight decides it, whole.
 *
 * <pre>{@code
 * Compression.keepAll()
 *         .on(everything()).quantize(int8())
 *         .on(attention().blocks(1, 4)).factorise(rank(64))
 *         .on(embedding()).keep();
 * }</pre>
 *
 * @param clauses in the order in which they were said
 */
public record Compression(List<Clause> clauses) {

    /**
     * One sentence: these weights, that treatment.
     *
     * @param selector which weights
     * @param treatment what is done to them
     */
    public record Clause(Selector selector, Treatment treatment) {
        @Override
        public String toString() {
            return "on(" + selector + ")." + treatment;
        }
    }

    public Compression {
        clauses = List.copyOf(clauses);
    }

    /** The compression that leaves everything as it is. */
    public static Compression keepAll() {
        return new Compression(List.of());
    }

    /** Begins a sentence about some weights; a verb ends it. */
    public Target on(Selector selector) {
        return new Target(this, selector);
    }

    /** Both, one after the other: where they speak of the same weight the other decides. */
    public Compression plus(Compression other) {
        List<Clause> both = new ArrayList<>(clauses);
        both.addAll(other.clauses);
        return new Compression(both);
    }

    /** The clause that decides a weight, or empty if none speaks of it. */
    public Optional<Clause> decisive(Weight weight) {
        Optional<Clause> last = Optional.empty();
        for (Clause clause : clauses) {
            if (clause.selector().selects(weight)) {
                last = Optional.of(clause);
            }
        }
        return last;
    }

    /** Whether the rank of a weight is chosen by energy, so that its plan needs its singular values. */
    public boolean needsSpectrum(Weight weight) {
        return decisive(weight)
                .flatMap(clause -> clause.treatment().rank())
                .filter(Rank.Energy.class::isInstance)
                .isPresent();
    }

    @Override
    public String toString() {
        return clauses.stream()
                .map(clause -> "\n    ." + clause)
                .collect(Collectors.joining("", "Compression.keepAll()", ""));
    }

    /** Some weights, waiting for a verb. */
    public static final class Target {
        private final Compression before;
        private final Selector selector;

        private Target(Compression before, Selector selector) {
            this.before = before;
            this.selector = selector;
        }

        /** Leaves them as they are. */
        public Compression keep() {
            return treated(Treatment.keep());
        }

        /** Stores them in fewer bits. */
        public Compression quantize(Precision precision) {
            return treated(new Treatment(Optional.empty(), precision));
        }

        /** Replaces each by two narrower ones, kept in float32. */
        public Compression factorise(Rank rank) {
            return factorise(rank, Precision.float32());
        }

        /** Replaces each by two narrower ones, stored in fewer bits. */
        public Compression factorise(Rank rank, Precision precision) {
            return treated(new Treatment(Optional.of(rank), precision));
        }

        /** Does what the treatment says. */
        public Compression treated(Treatment treatment) {
            List<Clause> more = new ArrayList<>(before.clauses);
            more.add(new Clause(selector, treatment));
            return new Compression(more);
        }
    }
}
