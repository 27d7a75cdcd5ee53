package dev.lancet.assertj;

import dev.lancet.surgery.rule.Rule;
import org.tensorflow.proto.GraphDef;

/**
 * Where assertions on graphs and rules begin.
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

    /** Assertions on a rule. */
    public static RuleAssert assertThat(Rule rule) {
        return new RuleAssert(rule);
    }
}
