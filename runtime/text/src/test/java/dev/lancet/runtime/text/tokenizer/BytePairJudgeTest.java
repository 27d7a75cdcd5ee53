package dev.lancet.runtime.text.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lancet.runtime.text.LearntTokenizer;
import dev.lancet.runtime.text.TokenizerTraining;
import dev.lancet.runtime.text.bpe.Splitter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** Lancet's own byte pairs against Hugging Face's library. */
class BytePairJudgeTest {

    private static final String TEXT = "The Committee's 2 percent goal isn't met; they'll vote, they've voted.\n\n"
            + "naïve café — “quoted” 日本語 text 1999 …   spaces\t\ttabs\r\nlines ==== ---- <|endoftext|> ";

    private final LearntTokenizer learnt = TokenizerTraining.bytePairs(420)
            .special(List.of("<|endoftext|>", "<|end|>", "<|end"))
            .add(TEXT.repeat(4))
            .learn();

    @Property(tries = 300)
    void ids_are_equal(@ForAll("texts") String text) {
        try (Judge judge = new Judge(learnt.json())) {
            assertThat(learnt.tokenizer().encode(text)).isEqualTo(judge.ids(text));
        }
    }

    @Test
    void ids_of_a_long_word_are_equal() {
        String word = TEXT.replaceAll("[^\\p{L}]", "").repeat(60);
        try (Judge judge = new Judge(learnt.json())) {
            assertThat(learnt.tokenizer().encode(word)).isEqualTo(judge.ids(word));
        }
    }

    /** Letters, numbers and spaces are what Unicode 16 says, whatever Java runs this. */
    @Test
    void every_character_of_unicode_is_of_the_same_kind() {
        try (Judge judge = new Judge(TokenizerTraining.bytePairs(257).learn().json())) {
            for (int block = 1; block < 0x33000; block += 64) {
                StringBuilder text = new StringBuilder();
                for (int code = block; code < block + 64; code++) {
                    if (code < Character.MIN_SURROGATE || code > Character.MAX_SURROGATE) {
                        text.append('a').appendCodePoint(code).append('1').appendCodePoint(code);
                        text.append('!').appendCodePoint(code).append(' ').appendCodePoint(code);
                    }
                }
                assertThat(words(text.toString()))
                        .as("characters from U+%04X", block)
                        .isEqualTo(judge.words(text.toString()));
            }
        }
    }

    private static int[] words(String text) {
        int[] words = new int[text.getBytes(StandardCharsets.UTF_8).length];
        int[] next = {0, 0};
        Splitter.split(text, 0, text.length(), (from, to) -> {
            int length = text.substring(from, to).getBytes(StandardCharsets.UTF_8).length;
            Arrays.fill(words, next[0], next[0] + length, next[1]);
            next[0] += length;
            next[1]++;
        });
        return words;
    }

    @Provide
    Arbitrary<String> texts() {
        Arbitrary<String> pieces = Arbitraries.integers()
                .between(0, TEXT.length() - 1)
                .flatMap(from -> Arbitraries.integers()
                        .between(from, Math.min(TEXT.length(), from + 25))
                        .map(to -> TEXT.substring(from, to)));
        Arbitrary<String> names = Arbitraries.of("<|end|>", "<|end", "<|endoftext|>", "<|endoftext|", " ", "  ", "\n");
        return Combinators.combine(
                        Arbitraries.oneOf(pieces, names, Arbitraries.strings().ofMaxLength(8))
                                .list()
                                .ofMaxSize(8),
                        Arbitraries.just(""))
                .as((parts, none) -> Judge.valid(String.join(none, parts)));
    }
}
