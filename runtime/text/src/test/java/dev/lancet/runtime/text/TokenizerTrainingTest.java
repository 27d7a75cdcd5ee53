package dev.lancet.runtime.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lancet.runtime.text.tokenizer.BytePairTokenizer;
import dev.lancet.runtime.text.tokenizer.Judge;
import dev.lancet.runtime.text.tokenizer.Tokenizer;
import java.nio.file.Path;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenizerTrainingTest {

    private static final String TEXT = "the cat sat on the mat; the other cat's hat is there. ".repeat(3);

    @TempDir
    Path folder;

    @Test
    void the_most_frequent_pair_comes_first_and_of_equals_the_one_of_smaller_ids() {
        // hug 10, pug 5, pun 12, bun 4, hugs 5, with spaces left out by a line end between words.
        String text =
                "hug\n".repeat(10) + "pug\n".repeat(5) + "pun\n".repeat(12) + "bun\n".repeat(4) + "hugs\n".repeat(5);

        LearntTokenizer learnt = TokenizerTraining.bytePairs(257 + 3).add(text).learn();

        // By hand: u+g 20 times, then u+n 16, then h+ug 15.
        assertThat(learnt.json().replaceAll("\\s", ""))
                .contains("\"merges\":[[\"u\",\"g\"],[\"u\",\"n\"],[\"h\",\"ug\"]]");
        assertThat(learnt.merges()).isEqualTo(3);
        assertThat(learnt.words()).isEqualTo(2 * 36);
        assertThat(learnt.tokens())
                .isEqualTo(learnt.tokenizer().encode(text).length)
                .isEqualTo(10 + 5 * 2 + 12 * 2 + 4 * 2 + 5 * 2 + 36);
        LearntTokenizer tied =
                TokenizerTraining.bytePairs(258).add("ba\nab\nba\nab\n").learn();
        assertThat(tied.json().replaceAll("\\s", "")).contains("\"merges\":[[\"a\",\"b\"]]");
    }

    @Test
    void a_long_rule_gives_tokens_of_bounded_length_that_can_be_read_again() {
        LearntTokenizer learnt = TokenizerTraining.bytePairs(300)
                .add("-".repeat(200_000) + "\n" + "-".repeat(200_000))
                .learn();
        Path file = folder.resolve("tokenizer.json");
        try (Tokenizer again = learnt.save(file)) {
            int[] ids = again.encode("-".repeat(1000));
            assertThat(ids.length).isBetween(1000 / 256, 1000 / 128);
            assertThat(again.decode(ids)).isEqualTo("-".repeat(1000));
        }
        assertThat(learnt.tokenizer().encode("-".repeat(256))).hasSize(1);
    }

    @Test
    void the_order_of_the_texts_does_not_matter() {
        List<String> texts = List.of("one two three", "three four", "four five two", "one one");
        TokenizerTraining there = TokenizerTraining.bytePairs(300);
        TokenizerTraining back = TokenizerTraining.bytePairs(300);
        for (int i = 0; i < texts.size(); i++) {
            there.add(texts.get(i));
            back.add(texts.get(texts.size() - 1 - i));
        }

        assertThat(there.learn().json()).isEqualTo(back.learn().json());
    }

    @Test
    void a_rare_pair_is_no_token() {
        LearntTokenizer twice = TokenizerTraining.bytePairs(500).add("ab ab cd").learn();
        LearntTokenizer once = TokenizerTraining.bytePairs(500)
                .minimumFrequency(1)
                .add("ab ab cd")
                .learn();

        // "ab" alone occurs twice; seven pairs occur at all: a+b, space+ab, space+c, and space+c with d.
        assertThat(twice.vocabulary()).isEqualTo(258);
        assertThat(once.vocabulary()).isEqualTo(261);
    }

    @Test
    void special_tokens_have_the_first_ids_and_are_found_by_name() {
        Tokenizer tokenizer = TokenizerTraining.bytePairs(300)
                .special(List.of("<|endoftext|>", "<pad>"))
                .add(TEXT)
                .learn()
                .tokenizer();

        assertThat(tokenizer.end()).hasValue(0);
        int[] ids = tokenizer.encode("the<pad>cat<|endoftext|>");
        assertThat(ids).contains(1).endsWith(0);
        assertThat(tokenizer.decode(ids)).isEqualTo("thecat");
        assertThatThrownBy(() -> TokenizerTraining.bytePairs(300).special(List.of("<a>", "<a>")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("and no name twice");
    }

    @Test
    void a_vocabulary_without_room_for_the_bytes_is_refused() {
        assertThatThrownBy(() -> TokenizerTraining.bytePairs(256).add(TEXT).learn())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("vocabulary: 256 tokens are too few: bytes and special tokens alone are 257; choose"
                        + " more, for example 4096");
    }

    @Property(tries = 300)
    void every_text_comes_back(@ForAll String text) {
        Tokenizer tokenizer = TokenizerTraining.bytePairs(280).add(TEXT).learn().tokenizer();
        String valid = Judge.valid(text);

        assertThat(tokenizer.decode(tokenizer.encode(valid))).isEqualTo(valid);
    }

    @Test
    void a_word_of_a_million_letters_is_encoded_like_a_short_one() {
        Tokenizer tokenizer = TokenizerTraining.bytePairs(300).add(TEXT).learn().tokenizer();
        String word = "theother".repeat(125_000);

        int[] ids = tokenizer.encode(word);

        assertThat(tokenizer.decode(ids)).isEqualTo(word);
        assertThat(ids.length).isEqualTo(125_000 * tokenizer.encode("theother".repeat(2)).length / 2);
    }

    @Test
    void a_saved_tokenizer_reopens_without_native_code() {
        LearntTokenizer learnt = TokenizerTraining.bytePairs(300).add(TEXT).learn();
        Path file = folder.resolve("made/tokenizer.json");

        try (Tokenizer opened = learnt.save(file)) {
            assertThat(opened).isInstanceOf(BytePairTokenizer.class);
            assertThat(opened.source()).contains(file);
            assertThat(opened.fingerprint()).isEqualTo(learnt.tokenizer().fingerprint());
            assertThat(opened.end()).hasValue(0);
            assertThat(opened.encode(TEXT)).isEqualTo(learnt.tokenizer().encode(TEXT));
        }
        assertThat(file.getParent()).isDirectoryContaining(path -> path.equals(file));
        assertThat(file.getParent().toFile().list()).hasSize(1);
    }
}
