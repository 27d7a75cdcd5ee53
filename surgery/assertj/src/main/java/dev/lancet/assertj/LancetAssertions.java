package dev.lancet.assertj;

import dev.lancet.dsl.plan.Plan;
import dev.lancet.surgery.rule.Rule;
import java.nio.file.Path;
import org.tensorflow.proto.GraphDef;

/**
 * Entry point for assertions on graphs, models, plans and rules.
 *
 * <pre>{@code
 * import static dev.lancet.assertj.LancetAssertions.assertThat;
 *
 * assertThat(Surgeon.operate(Blueprint.scoring(model), plan).graph()).isGolden("mini.diet.graph");
 * }</pre>
 */
public final class LancetAssertions {

    private LancetAssertions() {}

    /** Assertions on a graph. */
    public static GraphAssert assertThat(GraphDef graph) {
        return new GraphAssert(graph);
    }

    /**
     * Assertions on a model on disk: a SavedModel folder, a graph ({@code .pb}), or, with {@code
     * dev.lancet:lancet-runtime} on the class path, a Lancet or Hugging Face folder. AssertJ's own {@code
     * assertThat(Path)} is about files; if both are imported, use {@link #assertThatModel}.
     */
    public static GraphFileAssert assertThat(Path model) {
        return new GraphFileAssert(model);
    }

    /** The same as {@link #assertThat(Path)}, for tests that also import AssertJ's. */
    public static GraphFileAssert assertThatModel(Path model) {
        return new GraphFileAssert(model);
    }

    /** Assertions on a plan. */
    public static PlanAssert assertThat(Plan plan) {
        return new PlanAssert(plan);
    }

    /** Assertions on a rule. */
    public static RuleAssert assertThat(Rule rule) {
        return new RuleAssert(rule);
    }
}
