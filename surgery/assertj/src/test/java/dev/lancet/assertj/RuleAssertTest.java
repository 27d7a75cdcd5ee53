package dev.lancet.assertj;

import static dev.lancet.assertj.LancetAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lancet.surgery.graph.GraphBuilder;
import dev.lancet.surgery.graph.Node;
import dev.lancet.surgery.graph.Ops;
import dev.lancet.surgery.graph.TensorType;
import dev.lancet.surgery.graph.Value;
import dev.lancet.surgery.match.Captures;
import dev.lancet.surgery.match.Pattern;
import dev.lancet.surgery.rule.Incision;
import dev.lancet.surgery.rule.Refusal;
import dev.lancet.surgery.rule.Rule;
import dev.lancet.surgery.rule.Verdict;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.tensorflow.proto.DataType;

class RuleAssertTest {

    private static final String NEGATED = """
            x = Placeholder [2]
            y = Neg(x) : [2]
            """;

    private record OnNeg(Function<Node, Verdict> judgement) implements Rule {
        @Override
        public Pattern<Node> pattern() {
            return Pattern.of("Neg", node -> node.is("Neg"));
        }

        @Override
        public Verdict judge(Node site, Captures met) {
            return judgement.apply(site);
        }

        @Override
        public String toString() {
            return "rule on Neg";
        }
    }

    private static Rule becoming(String op, long size) {
        return new OnNeg(site -> {
            GraphBuilder builder = GraphBuilder.graph();
            Value x = new Value("x", 0, TensorType.of(DataType.DT_FLOAT, size));
            new Ops(builder).unary(site.name(), op, x);
            return Incision.of(site, builder);
        });
    }

    @Test
    void the_result_of_a_rule_is_compared_as_text() {
        assertThat(becoming("Abs", 2)).on(NEGATED).becomes("""
                x = Placeholder [2]
                y = Abs(x) : [2]
                """);
        assertThatThrownBy(() -> assertThat(becoming("Abs", 2)).on(NEGATED).becomes(NEGATED))
                .hasMessageContaining("-y = Neg(x) : [2]\n+y = Abs(x) : [2]\n");
    }

    @Test
    void a_rule_that_loses_the_shape_breaks_the_law() {
        assertThatThrownBy(() -> assertThat(becoming("Abs", 3)).on(NEGATED))
                .hasMessage("law: rule on Neg gave y the shape Optional[[3]], it had Optional[[2]]");
    }

    @Test
    void a_rule_that_cuts_its_own_work_breaks_the_law() {
        assertThatThrownBy(() -> assertThat(becoming("Neg", 2)).on(NEGATED))
                .hasMessage("law: rule on Neg rewrites [y] a second time");
    }

    @Test
    void a_rule_that_declines_says_why() {
        Rule shy = new OnNeg(site -> new Refusal(site.name() + " is too small"));

        assertThat(shy).on(NEGATED).declines("y is too small");
        assertThatThrownBy(() -> assertThat(shy).on(NEGATED).declines("y is too big"))
                .hasMessage("rule: rule on Neg declines [y is too small], expected [y is too big]");
        assertThatThrownBy(() -> assertThat(shy).on(NEGATED).leavesAlone())
                .hasMessage("rule: rule on Neg rewrites [] and declines [y is too small]");
        assertThatThrownBy(() -> assertThat(shy).on(NEGATED).becomes(NEGATED))
                .hasMessage(
                        "rule: rule on Neg finds no node to rewrite; it looks for Neg; it declines: [y is too small]");
        assertThatThrownBy(() -> assertThat(becoming("Abs", 2)).on(NEGATED).declines("anything"))
                .hasMessage("rule: rule on Neg rewrites [y] and does not decline");
    }

    @Test
    void a_rule_leaves_alone_what_it_does_not_look_for() {
        assertThat(becoming("Abs", 2)).on("x = Placeholder [2]").leavesAlone();
    }
}
