package dev.lancet.assertj;

import dev.lancet.dsl.plan.Plan;
import java.util.Locale;
import java.util.function.Consumer;
import org.assertj.core.api.AbstractAssert;

/** Assertions on a plan. */
public class PlanAssert extends AbstractAssert<PlanAssert, Plan> {

    /** Receives failures: throws them, or collects them for soft assertions. */
    Consumer<AssertionError> failures = failure -> {
        throw failure;
    };

    /** Assertions on this plan. */
    public PlanAssert(Plan actual) {
        super(actual, PlanAssert.class);
    }

    /**
     * Verifies that the plan has the canonical text of the golden file with this name, see {@link GoldenGraphs#here()}.
     *
     * <pre>{@code
     * assertThat(Plan.of(mini, diet)).isGolden("mini.plan"); // passes
     * assertThat(Plan.of(mini, less)).isGolden("mini.plan"); // fails, and shows the steps that differ
     * }</pre>
     */
    public PlanAssert isGolden(String name) {
        return isGolden(name, GoldenGraphs.here());
    }

    /** Verifies that the plan has the canonical text of a golden file in this folder. */
    public PlanAssert isGolden(String name, GoldenGraphs goldens) {
        isNotNull();
        goldens.difference(name, actual.canonical()).ifPresent(this::complain);
        return this;
    }

    /** Verifies that the model takes at most this number of bytes under this plan, scales included. */
    public PlanAssert storesAtMost(long bytes) {
        isNotNull();
        if (actual.bytesAfter() > bytes) {
            complain(String.format(
                    Locale.ROOT,
                    "plan: %s takes %,d bytes, more than %,d",
                    actual.model(),
                    actual.bytesAfter(),
                    bytes));
        }
        return this;
    }

    /** Verifies that the model is at least this many times smaller under this plan than dense in float32. */
    public PlanAssert shrinksBy(double times) {
        isNotNull();
        if (actual.compression() < times) {
            complain(String.format(
                    Locale.ROOT,
                    "plan: %s is %.2f times smaller, not %.2f times",
                    actual.model(),
                    actual.compression(),
                    times));
        }
        return this;
    }

    /**
     * Starts a demand on a plan that a budget chose: no uniform setting of the original takes no more bytes and is nearer to
     * it; see {@link GraphFileAssert#isNoWorseThanUniform}. The plan is carried out in memory, calibrated on a part of the
     * data.
     *
     * <pre>{@code
     * assertThat(plan).isNoWorseThanUniform().against(Path.of("original")).on(Path.of("rows.npz"));
     * }</pre>
     */
    public QualityAssert<PlanAssert> isNoWorseThanUniform() {
        isNotNull();
        return new QualityAssert<>(myself, QualityDemands.uniform(actual), this::complain);
    }

    private void complain(String message) {
        AssertionError failure = new AssertionError("");
        try {
            failWithMessage("%s", message);
        } catch (AssertionError described) {
            failure = described;
        }
        failures.accept(failure);
    }
}
