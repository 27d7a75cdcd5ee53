package dev.lancet.runtime.budget;

import dev.lancet.compression.calibration.GramMatrices;
import dev.lancet.dsl.Budget;
import dev.lancet.dsl.Precision;
import dev.lancet.dsl.plan.BudgetUnreachableException;
import dev.lancet.dsl.plan.KnapsackAllocator;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Step;
import dev.lancet.dsl.plan.StorageOption;
import dev.lancet.io.Progress;
import dev.lancet.runtime.calibration.CalibrationData;
import dev.lancet.runtime.calibration.Quality;
import dev.lancet.runtime.calibration.ReferenceOutputs;
import dev.lancet.runtime.source.ModelSource;
import dev.lancet.runtime.train.graph.Examples;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Finds the plan with the least loss within a budget. It measures what every form of every layer costs, chooses forms by
 * their predicted losses, and compares the choice with the best uniform settings on held-out rows: what it returns is never
 * worse than they are there.
 */
public final class BudgetSearch implements AutoCloseable {

    /** The tokens of the rows of a probe: so many that a probe takes about this many multiplications. */
    private static final double PROBE_WORK = 25e9;

    private static final int FEWEST_TOKENS = 256;
    private static final int MOST_TOKENS = 2048;

    /** How many uniform settings are tried: those with the least predicted losses. */
    private static final int UNIFORM = 2;

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
        this.progress = progress;
        trial = new PlanTrial(source, grams);
        try {
            heldOut = trial.reference(data.heldOut());
            measured = new StorageLossMeasurement(trial, source.constraints())
                    .measure(
                            layers(source, free), trial.reference(probes(source.plan(), data.calibration())), progress);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private static List<Step> layers(ModelSource source, Predicate<Step> free) {
        return source.plan().steps().stream()
                .filter(step -> step.keeps()
                        && free.test(step)
                        && !source.constraints()
                                .fixed()
                                .containsKey(step.weight().name()))
                .toList();
    }

    /**
     * Checks a budget from the sizes alone, before anything is measured.
     *
     * @param base as for {@link #within}
     * @throws BudgetUnreachableException if even the smallest forms exceed the budget
     */
    public static void requireReachable(ModelSource source, Predicate<Step> free, Budget budget, Plan base) {
        long least = base.bytesAfter();
        for (Step layer : layers(source, free)) {
            String name = layer.weight().name();
            long smallest = StorageCandidates.of(layer, source.constraints().allowsRank(name)).stream()
                    .mapToLong(Step::bytes)
                    .min()
                    .orElse(layer.bytes());
            least += smallest - base.step(name).bytes();
        }
        if (least > budget.of(base.bytesBefore())) {
            throw unreachable(budget, base, least);
        }
    }

    private static BudgetUnreachableException unreachable(Budget budget, Plan base, long least) {
        return new BudgetUnreachableException(String.format(
                Locale.ROOT,
                "budget: %s allows %s %,d bytes, but its smallest forms take %,d; allow more, or let the budget choose"
                        + " more layers",
                budget,
                base.model(),
                budget.of(base.bytesBefore()),
                least));
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
        long limit = budget.of(base.bytesBefore());
        long rest = base.bytesAfter() - freeBytes(base);
        List<List<StorageOption>> forms =
                measured.stream().map(MeasuredLayer::forms).toList();
        List<StorageOption> chosen = KnapsackAllocator.choose(forms, limit - rest)
                .orElseThrow(() -> unreachable(budget, base, rest + KnapsackAllocator.least(forms)));
        Map<String, Plan> plans = new LinkedHashMap<>();
        plans.put("chosen", with(base, chosen, budget));
        uniform(base, budget, limit).forEach(plans::putIfAbsent);
        List<Tried> tried = new ArrayList<>();
        plans.forEach((setting, plan) -> tried.add(new Tried(setting, plan, quality(plan))));
        tried.sort(Comparator.comparingDouble(one -> badness(one.quality())));
        return tried;
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

    private long freeBytes(Plan base) {
        return measured.stream()
                .mapToLong(layer -> base.step(layer.weight()).bytes())
                .sum();
    }

    private Map<String, Plan> uniform(Plan base, Budget budget, long limit) {
        Map<String, Plan> plans = new LinkedHashMap<>();
        StorageCandidates.PRECISIONS.stream()
                .map(this::uniform)
                .filter(forms -> with(base, forms, budget).bytesAfter() <= limit)
                .sorted(Comparator.comparingDouble(
                        forms -> forms.stream().mapToDouble(StorageOption::loss).sum()))
                .limit(UNIFORM)
                .forEach(forms -> plans.put("uniform " + forms.get(0).step().precision(), with(base, forms, budget)));
        return plans;
    }

    private List<StorageOption> uniform(Precision precision) {
        return measured.stream()
                .map(layer -> layer.forms().stream()
                        .filter(form -> form.step().rank().isEmpty()
                                && form.step().correction().isEmpty()
                                && form.step().precision().equals(precision))
                        .findFirst())
                .flatMap(Optional::stream)
                .toList();
    }

    private Plan with(Plan base, List<StorageOption> chosen, Budget budget) {
        Map<String, Step> byName = new LinkedHashMap<>();
        for (StorageOption form : chosen) {
            String because = String.format(
                    Locale.ROOT,
                    "budget %s: %s, predicted loss %.2g",
                    budget,
                    form.step().because(),
                    form.loss());
            byName.put(form.step().weight().name(), form.step().explained(because));
        }
        return base.with(base.steps().stream()
                .map(step -> Objects.requireNonNullElse(byName.get(step.weight().name()), step))
                .toList());
    }

    @Override
    public void close() {
        trial.close();
    }
}
