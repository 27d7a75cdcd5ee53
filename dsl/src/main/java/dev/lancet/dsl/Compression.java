package dev.lancet.dsl;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * How to compress a model: a list of clauses. For each weight, the last clause that selects it applies alone.
 *
 * <pre>{@code
 * Compression.keepAll()
 *         .on(everything()).quantize(int8())
 *         .on(attention().blocks(1, 4)).factorise(rank(64))
 *         .on(embedding()).keep();
 * }</pre>
 *
 * <p>A budget chooses the form of every weight that no clause selects. If a clause asks it for ranks, it chooses these
 * instead:
 *
 * <pre>{@code
 * Compression.keepAll()
 *         .on(everything()).factorise(byBudget(), int8())
 *         .within(budget("600MB"));
 * }</pre>
 *
 * @param clauses in the order in which they were added
 * @param budget the most bytes that the stored arrays of the whole model may take, or empty for no limit
 * @param initialisation how to initialize the factors of fresh weights, or empty for {@link Initialisation#SPECTRAL}
 */
public record Compression(List<Clause> clauses, Optional<Budget> budget, Optional<Initialisation> initialisation) {

    /**
     * One rule: which weights, and what to do with them.
     *
     * @param selector the weights that the clause applies to
     * @param treatment what to do with them
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

    /** Clauses, with or without a budget. */
    public Compression(List<Clause> clauses, Optional<Budget> budget) {
        this(clauses, budget, Optional.empty());
    }

    /** The compression that changes nothing. */
    public static Compression keepAll() {
        return new Compression(List.of(), Optional.empty());
    }

    /** Begins a clause about some weights; a method of the result completes it. */
    public Target on(Selector selector) {
        return new Target(this, selector);
    }

    /** Begins a clause about the weights that any of the selectors selects: {@code on(queries(), keys())}. */
    public Target on(Selector first, Selector second, Selector... more) {
        Selector all = first.or(second);
        for (Selector next : more) {
            all = all.or(next);
        }
        return on(all);
    }

    /**
     * This compression followed by another. If both concern a weight, a budget or an initialization, the other one
     * applies.
     */
    public Compression plus(Compression other) {
        List<Clause> both = new ArrayList<>(clauses);
        both.addAll(other.clauses);
        return new Compression(both, other.budget.or(() -> budget), other.initialisation.or(() -> initialisation));
    }

    /**
     * The same clauses with a budget for the whole model. The budget chooses the rank of every weight whose clause has
     * {@link Rank#byBudget()}; if no clause has one, the form of every weight that no clause selects. If no plan fits,
     * planning fails. A later budget replaces an earlier one.
     */
    public Compression within(Budget budget) {
        return new Compression(clauses, Optional.of(budget), initialisation);
    }

    /**
     * The same clauses with this initialization of factors; only for training from fresh weights. Matrices that are not
     * factorized are initialized as usual.
     */
    public Compression initialise(Initialisation beginning) {
        return new Compression(clauses, budget, Optional.of(beginning));
    }

    /** Whether this compression is empty: no clause, no budget and no initialization. */
    public boolean keepsAll() {
        return clauses.isEmpty() && budget.isEmpty() && initialisation.isEmpty();
    }

    /** The clause that applies to a weight, or empty if none selects it. */
    public Optional<Clause> decisive(Weight weight) {
        Optional<Clause> last = Optional.empty();
        for (Clause clause : clauses) {
            if (clause.selector().selects(weight)) {
                last = Optional.of(clause);
            }
        }
        return last;
    }

    /**
     * Whether the rank of a weight depends on its singular values, so that the plan needs them or profits from them.
     */
    public boolean needsSpectrum(Weight weight) {
        return rank(weight)
                .map(rank -> rank instanceof Rank.Energy || (rank instanceof Rank.ByBudget by && by.chooses(weight)))
                .orElse(false);
    }

    /** Whether this compression factorizes a weight, so that its singular values predict the error. */
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

    /** The weights of a clause that is not complete yet. */
    public static final class Target {
        private final Compression before;
        private final Selector selector;

        private Target(Compression before, Selector selector) {
            this.before = before;
            this.selector = selector;
        }

        /** Leaves them unchanged. */
        public Compression keep() {
            return treated(Treatment.keep());
        }

        /** Trains them whole, in float32; a training then changes only weights with {@code train()} or an adapter. */
        public Compression train() {
            return treated(Treatment.train());
        }

        /** Stores them in fewer bits. */
        public Compression quantize(Precision precision) {
            return treated(new Treatment(Optional.empty(), precision));
        }

        /** Freezes them and adds an adapter to each; a training then changes only the adapters. */
        public Compression adapt(Adapter adapter) {
            return treated(Treatment.keep().with(adapter));
        }

        /** Stores them in fewer bits, with two narrow matrices that restore a part of what the rounding loses. */
        public Compression quantize(Precision precision, Correction correction) {
            return treated(new Treatment(Optional.empty(), precision).with(correction));
        }

        /** The same, and adds an adapter to each. */
        public Compression quantize(Precision precision, Correction correction, Adapter adapter) {
            return treated(
                    new Treatment(Optional.empty(), precision).with(correction).with(adapter));
        }

        /** Stores them in fewer bits and adds an adapter to each (QLoRA, arXiv 2305.14314). */
        public Compression quantize(Precision precision, Adapter adapter) {
            return treated(new Treatment(Optional.empty(), precision).with(adapter));
        }

        /** Replaces each matrix by two factors in float32. */
        public Compression factorise(Rank rank) {
            return factorise(rank, Precision.float32());
        }

        /** Replaces each matrix by two factors, stored in fewer bits. */
        public Compression factorise(Rank rank, Precision precision) {
            return treated(new Treatment(Optional.of(rank), precision));
        }

        /**
         * Replaces each matrix by two factors with a nonlinearity between them; only for training from fresh weights.
         */
        public Compression factorise(Rank rank, Nonlinearity between) {
            return factorise(rank, between, Precision.float32());
        }

        /** Replaces each matrix by two factors with a nonlinearity between them, stored in fewer bits. */
        public Compression factorise(Rank rank, Nonlinearity between, Precision precision) {
            return treated(new Treatment(Optional.of(rank), precision, Optional.of(between)));
        }

        /** Replaces each matrix by two factors, stored in fewer bits, and adds one adapter beside the pair. */
        public Compression factorise(Rank rank, Precision precision, Adapter adapter) {
            return treated(new Treatment(Optional.of(rank), precision).with(adapter));
        }

        /** Stores them in fewer bits by a method, for example {@code gptq()}. */
        public Compression quantize(Precision precision, CompressionMethod method) {
            return treated(new Treatment(Optional.empty(), precision).by(method));
        }

        /** Stores them in fewer bits by a method, with a correction of what the rounding loses. */
        public Compression quantize(Precision precision, Correction correction, CompressionMethod method) {
            return treated(
                    new Treatment(Optional.empty(), precision).with(correction).by(method));
        }

        /** Replaces each matrix by two factors in float32, computed by a method, for example {@code whitened()}. */
        public Compression factorise(Rank rank, CompressionMethod method) {
            return treated(new Treatment(Optional.of(rank), Precision.float32()).by(method));
        }

        /** Replaces each matrix by two factors, stored in fewer bits, computed by these methods. */
        public Compression factorise(Rank rank, Precision precision, CompressionMethod... methods) {
            return treated(new Treatment(Optional.of(rank), precision).by(methods));
        }

        /** Applies a treatment. */
        public Compression treated(Treatment treatment) {
            List<Clause> more = new ArrayList<>(before.clauses);
            more.add(new Clause(selector, treatment));
            return new Compression(more, before.budget, before.initialisation);
        }
    }
}
