package dev.lancet.runtime.text.bpe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SplitterTest {

    private static final Pattern GPT2 =
            Pattern.compile("'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+" + "| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+");

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            ignoreLeadingAndTrailingWhitespace = false,
            value = {
                "The Committee's goal;The| Committee|'s| goal",
                "they'll've;they|'ll|'ve",
                " 's 'S; '|s| '|S",
                "2 percent, 1999;2| percent|,| 1999",
                "a   b;a|  | b",
                "end  ;end|  ",
                "x²+y;x|²|+|y",
            })
    void words_are_cut_as_gpt2_cuts_them(String text, String words) {
        assertThat(String.join("|", words(text))).isEqualTo(words);
    }

    @Property
    void the_splitter_agrees_with_the_regular_expression(@ForAll("ascii") String text) {
        List<String> expected = new ArrayList<>();
        Matcher matcher = GPT2.matcher(text);
        while (matcher.find()) {
            expected.add(matcher.group());
        }

        assertThat(words(text)).isEqualTo(expected);
    }

    @Property
    void words_put_together_are_the_text(@ForAll String text) {
        assertThat(String.join("", words(text))).isEqualTo(text);
    }

    /** Java's {@code \s} is ASCII's, so there the two have to agree; other characters are judged by Hugging Face's library. */
    @Provide
    Arbitrary<String> ascii() {
        return Arbitraries.strings().withChars("ab's1tlrev d'm\n\t  .,!Z9-").ofMaxLength(40);
    }

    private static List<String> words(String text) {
        List<String> words = new ArrayList<>();
        Splitter.split(text, 0, text.length(), (from, to) -> words.add(text.substring(from, to)));
        return words;
    }
}
