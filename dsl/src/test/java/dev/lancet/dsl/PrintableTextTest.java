package dev.lancet.dsl;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PrintableTextTest {

    private static final String HOSTILE = "w\u001b[2J\u0007\n\u202etxt.exe\u009b1m\u2028\ud800";

    @Test
    void commands_for_a_terminal_become_question_marks() {
        assertThat(PrintableText.line(HOSTILE)).isEqualTo("w?[2J?txt.exe?1m?");
        assertThat(PrintableText.lines(HOSTILE)).isEqualTo("w?[2J?\n?txt.exe?1m?");
        assertThat(PrintableText.is(HOSTILE)).isFalse();
    }

    @Test
    void other_text_stays_as_it_is() {
        String text = "naïve 東京 😀 ▁ é 👩\u200d👩\u200d👧";

        assertThat(PrintableText.line(text)).isEqualTo(text);
        assertThat(PrintableText.json(text)).isEqualTo(text);
    }

    @Test
    void json_keeps_what_it_says() {
        assertThat(PrintableText.json("{\"a\": \"\u009b\u202e\u007f\"}\n"))
                .isEqualTo("{\"a\": \"\\u009b\\u202e\\u007f\"}\n");
        assertThat(PrintableText.json("\ud800x")).isEqualTo("\\ud800x");
    }

    @Test
    void a_long_message_keeps_its_begin_and_its_way_out() {
        String message = new LancetException("file: " + "x".repeat(50_000) + "; get it again").getMessage();

        assertThat(message).startsWith("file: x").endsWith("x; get it again").hasSizeLessThan(4_100);
    }
}
