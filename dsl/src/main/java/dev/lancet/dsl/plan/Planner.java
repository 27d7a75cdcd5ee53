package dev.lancet.dsl.plan;

import dev.lancet.dsl.Compression;
import dev.lancet.dsl.Compression.Clause;
import dev.lancet.dsl.Correction;
import dev.lancet.dsl.Initialisation;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Nonlinearity;
import dev.lancet.dsl.Precision;
import dev.lancet.dsl.Rank;
import dev.lancet.dsl.Weight;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Turns clauses into steps. For each weight, the last clause that selects it applies alone. A constraint of the model
 * overrules every clause.
 */
final class Planner {

    private final Plan before;
    private final Compression compression;
    private final Spectra spectra;
    private final Constraints constraints;

    Planner(Plan before, Compression compression, Spectra spectra, Constraints constraints) {
        this.before = before;
        this.compression = compression;
        this.spectra = spectra;
        this.constraints = constraints;
    }

    Plan plan() {
        List<Weight> matrices = before.steps().stream().map(Step::weight).toList();
        for (Clause clause : compression.clauses()) {
            List<Weight> weights = clause.treatment().trained() ? weights() : matrices;
            if (weights.stream().noneMatch(clause.selector()::selects)) {
                throw new LancetException("rule: " + clause + " selects nothing in " + before.model() + "; near it: "
                        + NearMisses.of(
                                NearMisses.sought(clause.selector()),
                                weights.stream().map(Weight::name).toList()));
            }
        }
        Plan decided = new Plan(
                before.model(), before.steps().stream().map(this::decide).toList(), before.vectors(), trainedWhole());
        Plan whole = compression
                .budget()
                .map(budget -> new BudgetSolver(decided, this::byBudget, spectra).within(budget))
                .orElse(decided);
        return compression.initialisation().map(how -> begun(whole, how)).orElse(whole);
    }

    private List<Weight> weights() {
        return Stream.concat(before.steps().stream().map(Step::weight), before.vectors().stream())
                .toList();
    }

    /** The weights whose clause trains them, and those that were trained whole before and have no clause. */
    private Optional<FullyTrainedWeights> trainedWhole() {
        List<String> names = weights().stream()
                .filter(weight -> compression
                        .decisive(weight)
                        .map(clause -> clause.treatment().trained())
                        .orElse(before.trainsWhole(weight)))
                .map(Weight::name)
                .filter(name -> !constraints.fixed().containsKey(name))
                .toList();
        return names.isEmpty() ? Optional.empty() : Optional.of(new FullyTrainedWeights(names));
    }

    /** The plan in which every pair of new factors has this initialization. */
    private Plan begun(Plan plan, Initialisation how) {
        List<Step> steps = plan.steps().stream()
                .map(step -> compression.factorises(step.weight()) ? step.beginning(how) : step)
                .toList();
        if (steps.stream().allMatch(step -> step.initialisation().isEmpty())) {
            throw new LancetException("initialise: " + how + " is given, but no matrix of " + plan.model()
                    + " is factorized; leave it out, or add factorise(rank(64))");
        }
        return plan.with(steps);
    }

    private Optional<Clause> byBudget(Weight weight) {
        if (!constraints.allowsRank(weight.name())) {
            return Optional.empty();
        }
        return compression.decisive(weight).filter(clause -> clause.treatment()
                .rank()
                .filter(rank -> rank instanceof Rank.ByBudget by && by.chooses(weight))
                .isPresent());
    }

    private Step decide(Step step) {
        Optional<Clause> decisive = compression.decisive(step.weight());
        Optional<Clause> changing =
                decisive.filter(clause -> !clause.treatment().keeps());
        String name = step.weight().name();
        @Nullable String fixed = constraints.fixed().get(name);
        if (fixed != null) {
            return step.explained(refused(fixed, changing.map(Clause::toString)));
        }
        if (changing.isPresent()) {
            Step treated = treat(step, changing.get());
            @Nullable String whole = constraints.unfactored().get(name);
            return whole == null || treated.rank().isEmpty()
                    ? treated
                    : step.explained(refused(whole, Optional.of(treated.because())));
        }
        return decisive.isPresent() && step.keeps()
                ? Step.keep(step.weight(), decisive.get().toString())
                : step;
    }

    private static String refused(String reason, Optional<String> wanted) {
        return reason + wanted.map(clause -> "; so not " + clause).orElse("");
    }

    private Step treat(Step step, Clause clause) {
        if (clause.treatment().trained()) {
            return trained(step, clause);
        }
        Step without = clause.treatment().storesAlike() ? step : stored(step, clause);
        if (clause.treatment().adapter().isEmpty()) {
            return without;
        }
        if (step.weight().role().table()) {
            throw new LancetException("plan: " + step.weight().name() + " is a table, and " + clause
                    + " adds an adapter to it; select linears() instead, or give the table another clause");
        }
        String because = clause.treatment().storesAlike() ? clause.toString() : without.because();
        return without.adapted(clause.treatment().adapter().get(), because);
    }

    /** The step in float32: codes and 16-bit numbers cannot be trained. Factors stay factors. */
    private static Step trained(Step step, Clause clause) {
        if (step.adapter().isPresent()) {
            throw new LancetException("plan: " + step.weight().name() + " has "
                    + step.adapter().get() + ", and " + clause
                    + " trains the weight itself; merge the adapter first, or leave the layer out");
        }
        return step.precision().narrow()
                ? step.stored(Precision.float32(), clause.toString())
                : step.explained(clause.toString());
    }

    private Step stored(Step step, Clause clause) {
        Weight weight = step.weight();
        Precision precision = clause.treatment().precision();
        if (clause.treatment().rank().isEmpty()) {
            Step whole = step.stored(precision, clause.toString());
            return clause.treatment()
                    .correction()
                    .map(correction -> corrected(whole, correction, clause))
                    .orElse(whole);
        }
        return clause.treatment()
                .rank()
                .get()
                .match(
                        fixed -> fixed(weight, fixed, precision, clause),
                        ratio -> ratio(weight, ratio, precision, clause),
                        energy -> energy(weight, energy, precision, clause),
                        byBudget -> whole(step, byBudget, precision, clause));
    }

    private static Step corrected(Step step, Correction correction, Clause clause) {
        Weight weight = step.weight();
        if (weight.role().table()) {
            throw new LancetException("plan: " + weight.name() + " is a table, and " + clause
                    + " adds a correction to it; select linears() instead, or give the table another clause");
        }
        if (step.rank().isPresent()) {
            throw new LancetException("plan: " + weight.name() + " is stored in two factors of rank "
                    + step.rank().getAsInt() + ", and " + clause
                    + " adds a correction to it; only a matrix in one piece has one, so leave it out here");
        }
        int side = Math.min(weight.rows(), weight.columns());
        String because = clause + (correction.rank() > side ? ": its full rank is " + side : "");
        return step.corrected(correction.atMost(side), because);
    }

    /** The largest form that a weight may have under a budget. The budget chooses the final form later. */
    private Step whole(Step step, Rank.ByBudget rank, Precision precision, Clause clause) {
        if (compression.budget().isEmpty()) {
            throw new LancetException(
                    "budget: " + clause + " needs a budget to choose its rank; add .within(budget(\"2.64x\"))");
        }
        String because = clause + (rank.chooses(step.weight()) ? "" : ": a table, stays in one piece");
        return step.stored(precision, because);
    }

    private Step fixed(Weight weight, Rank.Fixed rank, Precision precision, Clause clause) {
        int breakEven = weight.breakEvenRank();
        if (rank.value() >= breakEven && !rank.larger()) {
            throw new LancetException("rank: " + rank.value() + " makes " + weight.name() + " " + weight.shape()
                    + " no smaller; choose a rank below its break-even rank " + breakEven
                    + ", or accept larger factors with .allowLarger() or --allow-larger");
        }
        if (rank.value() >= Math.min(weight.rows(), weight.columns())) {
            String because = clause + ": full rank, stays in one piece";
            return Step.quantize(weight, precision, because);
        }
        return factored(weight, rank.value(), precision, clause);
    }

    private Step ratio(Weight weight, Rank.Ratio ratio, Precision precision, Clause clause) {
        int rank = (int) (ratio.share() * weight.parameters() / (weight.rows() + (long) weight.columns()));
        if (rank == 0) {
            String because = clause + ": even rank 1 holds more than this share, stays in one piece";
            return Step.quantize(weight, precision, because);
        }
        return factored(weight, rank, precision, clause);
    }

    private Step energy(Weight weight, Rank.Energy energy, Precision precision, Clause clause) {
        List<Double> values = spectra.of(weight.name())
                .orElseThrow(() -> new LancetException("energy: the singular values of " + weight.name()
                        + " are not known; plan on a model with weights, or give a rank or ratio"));
        int rank = Spectra.rankKeeping(values, energy.share());
        if (rank >= weight.breakEvenRank()) {
            String because = clause + ": needs rank " + rank + ", break-even is " + weight.breakEvenRank()
                    + ", stays in one piece";
            return Step.quantize(weight, precision, because);
        }
        return factored(weight, rank, precision, clause);
    }

    private Step factored(Weight weight, int rank, Precision precision, Clause clause) {
        if (clause.treatment().between().isPresent()) {
            Nonlinearity curve = clause.treatment().between().get();
            if (weight.role().table()) {
                throw new LancetException("plan: " + weight.name() + " is a table, and " + clause
                        + " puts " + curve
                        + " between its factors; select linears() instead, or give the table another clause");
            }
            return Step.factorise(weight, rank, precision, clause.toString()).with(curve);
        }
        OptionalDouble error = spectra.of(weight.name())
                .map(values -> OptionalDouble.of(Spectra.errorAt(values, rank)))
                .orElse(OptionalDouble.empty());
        return Step.factorise(weight, rank, precision, clause.toString()).predicting(error);
    }
}
