package dev.lancet.dsl;

import static dev.lancet.Lancet.attention;
import static dev.lancet.Lancet.embedding;
import static dev.lancet.Lancet.everything;
import static dev.lancet.Lancet.feedForward;
import static dev.lancet.Lancet.head;
import static dev.lancet.Lancet.inBlocks;
import static dev.lancet.Lancet.keys;
import static dev.lancet.Lancet.linears;
import static dev.lancet.Lancet.matching;
import static dev.lancet.Lancet.named;
import static dev.lancet.Lancet.outputs;
import static dev.lancet.Lancet.preset;
import static dev.lancet.Lancet.queries;
import static dev.lancet.Lancet.roles;
import static dev.lancet.Lancet.values;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class SelectorTest {

    private static final List<Weight> GPT2 = preset("gpt2-127m").weights();

    static Stream<Arguments> selectors() {
        return Stream.of(
                Arguments.of(everything(), "everything()", 2 + 12 * 6),
                Arguments.of(linears(), "linears()", 12 * 6),
                Arguments.of(attention(), "attention()", 12 * 4),
                Arguments.of(queries(), "queries()", 12),
                Arguments.of(keys().or(values()), "keys().or(values())", 24),
                Arguments.of(outputs(), "outputs()", 12),
                Arguments.of(feedForward(), "feedForward()", 12 * 2),
                Arguments.of(embedding(), "embedding()", 2),
                Arguments.of(head(), "head()", 0),
                Arguments.of(roles(Role.UP, Role.QUERY), "roles(QUERY, UP)", 24),
                Arguments.of(inBlocks(0, 1), "blocks(0, 1)", 12),
                Arguments.of(attention().blocks(1, 4), "attention().blocks(1, 4)", 16),
                Arguments.of(named("h.?.mlp.*"), "named(\"h.?.mlp.*\")", 20),
                Arguments.of(named("h.0"), "named(\"h.0\")", 0),
                Arguments.of(named("*").and(head()), "named(\"*\").and(head())", 0),
                Arguments.of(embedding().or(named("h.0.attn.q")), "embedding().or(named(\"h.0.attn.q\"))", 3),
                Arguments.of(everything().except(linears()), "everything().except(linears())", 2),
                Arguments.of(matching("wide", weight -> weight.columns() > 768), "matching(\"wide\")", 12));
    }

    @ParameterizedTest
    @MethodSource("selectors")
    void it_selects_matrices_and_says_how(Selector selector, String text, int count) {
        List<Weight> selected = GPT2.stream().filter(selector::selects).toList();

        assertThat(selector).hasToString(text);
        assertThat(selected).hasSize(count).allMatch(weight -> weight.role().matrix());
    }

    @Test
    void a_backward_range_is_rejected() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> inBlocks(4, 1))
                .withMessage("blocks(4, 1): the first block must not be after the last");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> named(" "))
                .withMessage("named: the pattern is empty; give a name or a glob such as h.*.mlp.up");
    }
}
