package dev.lancet.runtime.text.task;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class AnswerParserTest {

    private final AnswerParser parser =
            new AnswerParser(List.of("negative", "neutral", "positive", "strong negative", "no"));

    @Test
    void a_label_at_the_beginning_is_the_answer() {
        assertThat(parser.parse(" Positive, although some say it is negative")).hasValue(2);
        assertThat(parser.parse("\n\nneutral\nInput: positive")).hasValue(1);
    }

    @Test
    void the_only_label_in_a_line_is_the_answer() {
        assertThat(parser.parse("The answer is: \"positive\".")).hasValue(2);
    }

    @Test
    void a_longer_label_goes_before_a_shorter_one_inside_it() {
        assertThat(parser.parse("strong negative")).hasValue(3);
        assertThat(parser.parse("it is strong negative indeed")).hasValue(3);
    }

    @Test
    void an_answer_with_no_label_or_with_several_is_not_read() {
        assertThat(parser.parse("")).isEmpty();
        assertThat(parser.parse("I do not know")).isEmpty();
        assertThat(parser.parse("either positive or negative")).isEmpty();
        assertThat(parser.parse("positively notable")).as("parts of words").isEmpty();
    }
}
