package dev.lancet.runtime.text.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class TokenizerLimitsTest {

    private static final int MILLIONS = 4_000_001;

    @Test
    void a_run_that_an_expression_would_try_too_often_is_a_problem_and_a_long_text_of_words_is_not()
            throws RefusedExpression {
        TokenizerLimits limits = new TokenizerLimits();
        limits.searches(ExpressionReader.read("\\p{L}+!|\\s+(?!\\S)"));

        assertThat(limits.problems("words ".repeat(MILLIONS / 2))).isEmpty();
        assertThat(limits.problems("a".repeat(MILLIONS / 4))).isEmpty();
        assertThat(limits.problems("a ".repeat(20) + "a".repeat(MILLIONS)))
                .containsExactly("it has more than 2000000 characters that no other kind interrupts");
    }

    @Test
    void an_expression_over_all_characters_bounds_the_whole_text() throws RefusedExpression {
        TokenizerLimits limits = new TokenizerLimits();
        limits.searches(ExpressionReader.read("[\\s\\S]*!"));

        assertThat(limits.problems("words ".repeat(MILLIONS / 6 + 1))).hasSize(1);
    }

    @Test
    void growth_multiplies() {
        TokenizerLimits limits = new TokenizerLimits();
        limits.grows(11);
        limits.grows(12);

        assertThat(limits.problems("a".repeat(1 << 20))).containsExactly("the tokenizer may make it 132 times longer");
        assertThat(limits.problems("a".repeat(1 << 18))).isEmpty();
        assertThatThrownBy(() -> limits.grows(2)).hasMessage("may make a text more than 256 times longer");
    }
}
