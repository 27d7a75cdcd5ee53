package dev.lancet.runtime.budget;

import dev.lancet.compression.calibration.GramMatrices;
import dev.lancet.dsl.Budget;
import dev.lancet.dsl.plan.BudgetUnreachableException;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Step;
import dev.lancet.io.Progress;
import dev.lancet.runtime.calibration.CalibrationData;
import dev.lancet.runtime.calibration.MeasuredLosses;
import dev.lancet.runtime.calibration.Quality;
import dev.lancet.runtime.calibration.ReferenceOutputs;
import dev.lancet.runtime.source.ModelSource;
import dev.lancet.runtime.train.graph.Examples;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Finds the plan with the least loss within a budget. It measures what every form of every layer costs, chooses forms by
 * their predicted losses, and compares the choice with the uniform settings on held-out rows: what it returns is never worse
 * than they are there.
 */
public final class BudgetSearch implements AutoCloseable {

    /** The tokens of the rows of a probe: so many that a probe takes about this many multiplications. */
    private static final double PROBE_WORK = 25e9;

    private static final int FEWEST_TOKENS = 256;
    private static final int MOST_TOKENS = 2048;

    /** A uniform setting is not tried if its predicted loss is more than this many times the least of all that fit. */
    private static final double PLAUSIBLE = 2;

    private final ReferenceOutputs heldOut;
    private final Progress progress;
    private final PlanTrial trial;
    private final List<MeasuredLayer> measured;
    private final Map<List<Step>, Quality> known = new LinkedHashMap<>();

    /**
     * Measures the layers of a model.
     *
     * @param free the layers whose form the budget chooses
     */
    public BudgetSearch(
            ModelSource source, GramMatrices grams, CalibrationData data, Predicate<Step> free, Progress progress) {
        this(source, grams, data, free, progress, MeasuredLosses.none());
    }

    /**
     * Measures the layers of a model as far as their losses are not known.
     *
     * @param free the layers whose form the budget chooses
     * @param losses the losses of these layers on the same calibration rows; those that are measured now are added
     */
    public BudgetSearch(
            ModelSource source,
            GramMatrices grams,
            CalibrationData data,
            Predicate<Step> free,
            Progress progress,
            MeasuredLosses losses) {
        this.progress = progress;
        trial = new PlanTrial(source, grams);
        try {
            heldOut = trial.reference(data.heldOut());
            measured = new StorageLossMeasurement(trial)
                    .measure(
                            FreeLayers.of(source, free),
                            trial.reference(probes(source.plan(), data.calibration())),
                            losses,
                            progress);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private static Examples probes(Plan plan, Examples rows) {
        long tokens = Math.max(
                FEWEST_TOKENS, Math.min(MOST_TOKENS, (long) (PROBE_WORK / Math.max(1, plan.parametersBefore()))));
        return rows.between(0, (int) Math.max(1, Math.min(rows.count(), tokens / rows.longestRow())));
    }

    /** What every form of every free layer costs. */
    public List<MeasuredLayer> measured() {
        return measured;
    }

    /**
     * A plan with its measured quality.
     *
     * @param setting {@code chosen} for the choice of forms, or the precision of a uniform setting
     * @param quality on the held-out rows
     */
    public record Tried(String setting, Plan plan, Quality quality) {}

    /**
     * The plans that were tried for a budget, the best first.
     *
     * @param base the plan in which the layers that the budget does not choose have their final form
     * @throws BudgetUnreachableException if even the smallest forms exceed the budget
     */
    public List<Tried> within(Budget budget, Plan base) {
        BudgetPlans plans = new BudgetPlans(budget, base, measured, "predicted loss");
        List<Tried> tried = new ArrayList<>();
        Stream.concat(Stream.of(plans.chosen()), plausible(plans.uniform()))
                .forEach(one -> tried.add(new Tried(one.setting(), one.plan(), quality(one.plan()))));
        tried.sort(Comparator.comparingDouble(one -> badness(one.quality())));
        return tried;
    }

    /** The uniform settings that may be the best one: those whose predicted loss is not far above the least of them. */
    private static Stream<BudgetPlans.Predicted> plausible(List<BudgetPlans.Predicted> uniform) {
        double least =
                uniform.stream().mapToDouble(BudgetPlans.Predicted::loss).min().orElse(0);
        return uniform.stream().filter(one -> one.loss() <= PLAUSIBLE * least);
    }

    /** The quality of a plan; the same forms are measured once. */
    private Quality quality(Plan plan) {
        List<Step> forms = plan.steps().stream().map(step -> step.explained("")).toList();
        Quality quality = known.get(forms);
        if (quality == null) {
            quality = trial.measure(plan, heldOut, progress);
            known.put(forms, quality);
        }
        return quality;
    }

    /** The distance; a model that computes NaN is worse than any other. */
    private static double badness(Quality quality) {
        double distance = quality.distance();
        return Double.isNaN(distance) ? Double.POSITIVE_INFINITY : distance;
    }

    @Override
    public void close() {
        trial.close();
    }
}
