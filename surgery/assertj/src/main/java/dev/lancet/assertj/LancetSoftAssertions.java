package dev.lancet.assertj;

import dev.lancet.dsl.plan.Plan;
import java.nio.file.Path;
import org.assertj.core.api.SoftAssertions;
import org.tensorflow.proto.GraphDef;

/**
 * Assertions that report all failures together; AssertJ's own are included.
 *
 * <pre>{@code
 * LancetSoftAssertions softly = new LancetSoftAssertions();
 * softly.assertThat(slim).hasNoOp("BatchMatMulV3").hasLinear("h.*.mlp.up").factoredAtRank(16);
 * softly.assertThat(plan).shrinksBy(4);
 * softly.assertAll();
 * }</pre>
 */
public class LancetSoftAssertions extends SoftAssertions {

    /** Assertions on a graph. */
    public GraphAssert assertThat(GraphDef graph) {
        GraphAssert soft = proxy(GraphAssert.class, GraphDef.class, graph);
        soft.failures = this::collectAssertionError;
        return soft;
    }

    /** Assertions on a model on disk. */
    public GraphFileAssert assertThatModel(Path path) {
        GraphFileAssert soft = proxy(GraphFileAssert.class, Path.class, path);
        soft.failures = this::collectAssertionError;
        return soft;
    }

    /** Assertions on a plan. */
    public PlanAssert assertThat(Plan plan) {
        PlanAssert soft = proxy(PlanAssert.class, Plan.class, plan);
        soft.failures = this::collectAssertionError;
        return soft;
    }
}
