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
 * <p>With a budget the ranks need not be said; clauses then choose the weights and the bits:
 *
 * <pre>{@code
 * Compression.keepAll()
 *         .on(everything()).factorise(byBudget(), int8())
 *         .within(budget("600MB"));
 * }</pre>
 *
 * @param clauses in the order in which they were said
 * @param budget what the stored arrays of the whole model may take, or empty for no limit
 * @param initialisation how the factors of fresh weights begin, or empty where nothing is said: {@link Initialisation#SPECTRAL}
 */
public record Compression(List<Clause> clauses, Optional<Budget> budget, Optional<Initialisation> initialisation) {

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

    /** Clauses, and a budget or none. */
    public Compression(List<Clause> clauses, Optional<Budget> budget) {
        this(clauses, budget, Optional.empty());
    }

    /** The compression that leaves everything as it is. */
    public static Compression keepAll() {
        return new Compression(List.of(), Optional.empty());
    }

    /** Begins a sentence about some weights; a verb ends it. */
    public Target on(Selector selector) {
        return new Target(this, selector);
    }

    /** Begins a sentence about what any of several selectors means: {@code on(queries(), keys())}. */
    public Target on(Selector first, Selector second, Selector... more) {
        Selector all = first.or(second);
        for (Selector next : more) {
            all = all.or(next);
        }
        return on(all);
    }

    /** Both, one after the other: where they speak of the same weight, or both name a budget or a beginning, the other decides. */
    public Compression plus(Compression other) {
        List<Clause> both = new ArrayList<>(clauses);
        both.addAll(other.clauses);
        return new Compression(both, other.budget.or(() -> budget), other.initialisation.or(() -> initialisation));
    }

    /**
     * The same clauses, under a budget for the whole model: it chooses the ranks of all weights whose clause says
     * {@link Rank#byBudget()}, and a plan that does not fit is an error. A later budget takes the place of an earlier one.
     */
    public Compression within(Budget budget) {
        return new Compression(clauses, Optional.of(budget), initialisation);
    }

    /**
     * The same, with factors that begin so; only for training from fresh weights. What is not factored begins as it always
     * does.
     */
    public Compression initialise(Initialisation beginning) {
        return new Compression(clauses, budget, Optional.of(beginning));
    }

    /** Whether nothing is said at all. */
    public boolean keepsAll() {
        return clauses.isEmpty() && budget.isEmpty() && initialisation.isEmpty();
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

    /** Whether the rank of a weight follows from its singular values, so that its plan needs, or is better with, them. */
    public boolean needsSpectrum(Weight weight) {
        return rank(weight)
                .map(rank -> rank instanceof Rank.Energy || (rank instanceof Rank.ByBudget by && by.chooses(weight)))
                .orElse(false);
    }

    /** Whether a weight is to be factored, so that its singular values foretell what it loses. */
    public boolean factorises(Weight weight) {
        return rank(weight).isPresent();
    }

    private Optional<Rank> rank(Weight weight) {
        return decisive(weight).flatMap(clause -> clause.treatment().rank());
    }

    @Override
    public String toString() {
        return clauses.stream()
                .map(clause -> "\n    ." + clause)
                .collect(Collectors.joining(
                        "",
                        "Compression.keepAll()",
                        budget.map(limit -> "\n    .within(budget(\"" + limit + "\"))")
                                        .orElse("")
                                + initialisation
                                        .map(beginning -> "\n    .initialise(" + beginning + ")")
                                        .orElse("")));
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

        /** Leaves them stored as they are, frozen, and puts an adapter beside each, which is what training changes then. */
        public Compression adapt(Adapter adapter) {
            return treated(Treatment.keep().with(adapter));
        }

        /** Stores them in fewer bits, with an adapter beside each (QLoRA, arXiv 2305.14314). */
        public Compression quantize(Precision precision, Adapter adapter) {
            return treated(new Treatment(Optional.empty(), precision).with(adapter));
        }

        /** Replaces each by two narrower ones, kept in float32. */
        public Compression factorise(Rank rank) {
            return factorise(rank, Precision.float32());
        }

        /** Replaces each by two narrower ones, stored in fewer bits. */
        public Compression factorise(Rank rank, Precision precision) {
            return treated(new Treatment(Optional.of(rank), precision));
        }

        /** Replaces each by two narrower ones with a nonlinearity between them; only for training from fresh weights. */
        public Compression factorise(Rank rank, Nonlinearity between) {
            return factorise(rank, between, Precision.float32());
        }

        /** Replaces each by two narrower ones with a nonlinearity between them, stored in fewer bits. */
        public Compression factorise(Rank rank, Nonlinearity between, Precision precision) {
            return treated(new Treatment(Optional.of(rank), precision, Optional.of(between)));
        }

        /** Replaces each by two narrower ones, stored in fewer bits, with an adapter beside both together. */
        public Compression factorise(Rank rank, Precision precision, Adapter adapter) {
            return treated(new Treatment(Optional.of(rank), precision).with(adapter));
        }

        /** Does what the treatment says. */
        public Compression treated(Treatment treatment) {
            List<Clause> more = new ArrayList<>(before.clauses);
            more.add(new Clause(selector, treatment));
            return new Compression(more, before.budget, before.initialisation);
        }
    }
}
