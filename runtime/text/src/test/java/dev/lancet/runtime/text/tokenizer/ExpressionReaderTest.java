package dev.lancet.runtime.text.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class ExpressionReaderTest {

    /** Of GPT-2, Llama 3, GPT-4o, DeepSeek, Bloom, CLIP, XLM-R, Kimi, Falcon, and of tokenizers with digits from the right. */
    private static final List<String> PUBLISHED = List.of(
            "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
            "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*"
                    + "|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
            "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+"
                    + "(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+"
                    + "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\\p{N}{1,3}"
                    + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
            "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+"
                    + "| ?[\\p{P}\\p{S}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
            "[一-龥\u3040-ゟ゠-ヿ]+",
            " ?[^(\\s|[.,!?…。，、।۔،])]+",
            "<\\|startoftext\\|>|<\\|endoftext\\|>|'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+",
            " {2,}",
            "[\\p{Lu}\\p{M}&&[^\\p{Han}]]*[\\p{Ll}\\p{M}&&[^\\p{Han}]]+(?i:'s|'t)?",
            "[^\\r\\n\\p{L}\\p{N}]?+\\p{L}++|\\s++$|\\s*[\\r\\n]",
            "[0-9][0-9][0-9]",
            "\\d{1,3}(?=(\\d{3})*\\b)",
            "(?=(\\d{3})+(?!\\d))",
            "(?<!\\n)^|[[:alpha:]]+\\x{1f600}");

    @Test
    void expressions_of_published_tokenizers_are_accepted() {
        assertThat(PUBLISHED)
                .allSatisfy(expression ->
                        assertThat(ExpressionReader.read(expression).degree()).isLessThanOrEqualTo(1));
    }

    @Test
    void a_repetition_costs_something_only_where_what_follows_can_fail() throws RefusedExpression {
        assertThat(ExpressionReader.read("a*").degree()).isZero();
        assertThat(ExpressionReader.read("a+b?").degree()).isZero();
        assertThat(ExpressionReader.read("a++b").degree()).isZero();
        assertThat(ExpressionReader.read("a+b").degree()).isEqualTo(1);
        assertThat(ExpressionReader.read("(?>a+)b").degree()).isZero();
        for (String mixed :
                List.of("a|[^b]*c", ".*c", "[\\s\\S]*c", "\\S*c", "(?:ab)*c", "[\\p{L}!]*c", "[\\p{L}\\s]+c")) {
            assertThat(ExpressionReader.read(mixed).wide()).as(mixed).isTrue();
        }
        for (String alike : List.of("a*c", "\\s+c", "[\\r\\n]*c", "[\\p{Lu}\\p{M}]*c", "\\p{N}+c", "[A-Z]+c")) {
            assertThat(ExpressionReader.read(alike).wide()).as(alike).isFalse();
        }
        assertThat(ExpressionReader.read("ab{3}").least()).isEqualTo(4);
        assertThat(ExpressionReader.read("ab{3}|c").least()).isEqualTo(1);
        assertThat(ExpressionReader.read("\\s+|…").letters()).isFalse();
        assertThat(ExpressionReader.read("[!-~]").letters()).isTrue();
    }

    @Test
    void what_is_not_closed_or_repeats_nothing_is_refused() {
        for (String expression : List.of("(a", "a)", "[a", "*", "a**", "a{2}+", "\\", "[]a]", "(?", "(?<a", "\\p{L")) {
            assertThatThrownBy(() -> ExpressionReader.read(expression))
                    .as(expression)
                    .isInstanceOf(RefusedExpression.class);
        }
    }
}
