package dev.lancet.assertj;

import dev.lancet.surgery.RewriteResult;
import dev.lancet.surgery.Surgeon;
import dev.lancet.surgery.graph.GraphText;
import dev.lancet.surgery.graph.GraphView;
import dev.lancet.surgery.graph.Node;
import dev.lancet.surgery.rule.Rule;
import java.util.Arrays;
import java.util.List;
import org.assertj.core.api.AbstractAssert;
import org.tensorflow.proto.GraphDef;

/** Assertions on the effect of a rule. */
public final class RuleAssert extends AbstractAssert<RuleAssert, Rule> {

    RuleAssert(Rule actual) {
        super(actual, RuleAssert.class);
    }

    /** Applies the rule to the graph with this text, see {@link GraphText#parse}. */
    public OnGraph on(String text) {
        return on(GraphText.parse(text));
    }

    /**
     * Applies the rule to this graph. The laws of rules are verified at once: replaced nodes keep their names and shapes,
     * the input graph does not change, and a second pass changes nothing.
     */
    public OnGraph on(GraphDef before) {
        isNotNull();
        byte[] bytes = before.toByteArray();
        RewriteResult rewritten = Surgeon.rewrite(before, actual);
        if (!Arrays.equals(bytes, before.toByteArray())) {
            failWithMessage("%s", "law: " + actual + " changed its input");
        }
        GraphView then = GraphView.of(before);
        GraphView now = GraphView.of(rewritten.graph());
        for (String site : rewritten.sites()) {
            if (now.find(site).isEmpty()) {
                failWithMessage("%s", "law: " + actual + " lost the name " + site);
            }
            Node old = then.node(site);
            if (!old.shape(0).equals(now.node(site).shape(0))) {
                failWithMessage(
                        "%s",
                        "law: " + actual + " gave " + site + " the shape "
                                + now.node(site).shape(0) + ", it had " + old.shape(0));
            }
        }
        RewriteResult again = Surgeon.rewrite(rewritten.graph(), actual);
        if (!again.sites().isEmpty()) {
            failWithMessage("%s", "law: " + actual + " rewrites " + again.sites() + " a second time");
        }
        return new OnGraph(rewritten, actual);
    }

    /** Assertions on the result of a rule for one graph. */
    public static final class OnGraph extends AbstractAssert<OnGraph, RewriteResult> {

        private final Rule rule;

        private OnGraph(RewriteResult actual, Rule rule) {
            super(actual, OnGraph.class);
            this.rule = rule;
        }

        /**
         * Verifies the text of the rewritten graph.
         *
         * <pre>{@code
         * assertThat(rule).on("x = Placeholder [2]\n...").becomes("x = Placeholder [2]\n..."); // passes if it does so
         * assertThat(rule).on("x = Placeholder [2]\n...").becomes("y = Placeholder [2]\n..."); // fails with a diff
         * }</pre>
         */
        public OnGraph becomes(String text) {
            if (actual.sites().isEmpty()) {
                failWithMessage(
                        "%s",
                        "rule: " + rule + " finds no node to rewrite; it looks for " + rule.pattern()
                                + (actual.refusals().isEmpty() ? "" : "; it declines: " + actual.refusals()));
            }
            new GraphAssert(actual.graph()).hasText(text);
            return this;
        }

        /**
         * Verifies that the rule rewrites nothing and gives exactly this reason.
         *
         * <pre>{@code
         * assertThat(rule).on(transposed).declines("y transposes its input; only ..."); // passes
         * assertThat(rule).on(transposed).declines("something else");                   // fails, and shows the reason
         * }</pre>
         */
        public OnGraph declines(String because) {
            if (!actual.sites().isEmpty()) {
                failWithMessage("%s", "rule: " + rule + " rewrites " + actual.sites() + " and does not decline");
            }
            if (!actual.refusals().equals(List.of(because))) {
                failWithMessage(
                        "%s", "rule: " + rule + " declines " + actual.refusals() + ", expected [" + because + "]");
            }
            return this;
        }

        /**
         * Verifies that no node matches the rule.
         *
         * <pre>{@code
         * assertThat(rule).on("x = Placeholder [2]").leavesAlone(); // passes
         * assertThat(rule).on(graphWithItsWeight).leavesAlone();    // fails, and names the node
         * }</pre>
         */
        public OnGraph leavesAlone() {
            if (!actual.sites().isEmpty() || !actual.refusals().isEmpty()) {
                failWithMessage(
                        "%s", "rule: " + rule + " rewrites " + actual.sites() + " and declines " + actual.refusals());
            }
            return this;
        }
    }
}
