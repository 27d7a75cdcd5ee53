package dev.lancet.cli;

import static dev.lancet.cli.Ran.lancet;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lancet.cli.console.Console;
import dev.lancet.cli.console.Interruption;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How the command line teaches and complains. */
class UsageTest {

    @Test
    void without_a_command_it_says_where_to_begin() {
        Ran ran = lancet();

        assertThat(ran.status()).isZero();
        assertThat(ran.out())
                .contains("Begin here:", "lancet doctor", "Commands:")
                .isEqualTo(lancet("--help").out());
        assertThat(ran.err()).isEmpty();
    }

    @Test
    void it_says_its_version() {
        assertThat(lancet("--version").out()).startsWith("lancet ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "run",
                "inspect",
                "plan",
                "compress",
                "corpus",
                "tokenizer",
                "train",
                "tune",
                "merge",
                "evaluate",
                "generate",
                "doctor"
            })
    void every_command_teaches_by_example(String command) {
        Ran ran = lancet(command, "--help");

        assertThat(ran.status()).isZero();
        assertThat(ran.out()).contains("Examples:\n  lancet " + command, "--json", "--quiet", "--verbose");
        assertThat(ran.err()).isEmpty();
    }

    @Test
    void an_unknown_command_or_option_is_wrong_usage() {
        assertThat(lancet("rn")).isEqualTo(new Ran(2, "", "error: unknown command: rn; see lancet --help\n"));
        assertThat(lancet("plan", "llama-2-7b", "--gruop", "3"))
                .isEqualTo(new Ran(2, "", "error: unknown option: --gruop; did you mean --group?\n"));
        assertThat(lancet("inspect", "gpt2-127m", "more"))
                .isEqualTo(new Ran(2, "", "error: unexpected argument: more; see lancet inspect --help\n"));
    }

    @Test
    void a_missing_argument_is_wrong_usage() {
        assertThat(lancet("plan")).isEqualTo(new Ran(2, "", "error: missing: MODEL|RECIPE; see lancet plan --help\n"));
    }

    @Test
    void there_are_no_colours_without_a_terminal_or_with_no_color() {
        assertThat(lancet("--help").out()).doesNotContain("\u001b[");
        assertThat(new Console(System.out, System.err, Map.of("NO_COLOR", "1"), true, new Interruption()).colourful())
                .isFalse();
        assertThat(new Console(System.out, System.err, Map.of(), true, new Interruption()).colourful())
                .isTrue();
    }

    @Test
    void the_stack_trace_is_shown_only_when_wanted() {
        assertThat(lancet("inspect", "nowhere").err().lines()).hasSize(1);
        assertThat(lancet("inspect", "nowhere", "-v").err())
                .contains("\tat dev.lancet.cli.InspectCommand.answer(InspectCommand.java:");
    }
}
