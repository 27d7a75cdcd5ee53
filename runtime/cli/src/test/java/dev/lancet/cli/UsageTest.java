package dev.lancet.cli;

import static dev.lancet.cli.Ran.lancet;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lancet.cli.console.Console;
import dev.lancet.cli.console.Interruption;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

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

    private static List<String> commands() {
        return Pattern.compile("(?m)^  ([a-z]+) ")
                .matcher(lancet("--help").out().replaceFirst("(?s).*Commands:\\n(.*?)\\n\\n.*", "$1"))
                .results()
                .map(found -> found.group(1))
                .filter(command -> !Set.of("bench", "help").contains(command))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("commands")
    void every_command_teaches_by_example(String command) {
        Ran ran = lancet(command, "--help");

        assertThat(ran.status()).isZero();
        assertThat(ran.out()).contains("Examples:\n  lancet " + command, "--json", "--quiet", "--verbose");
        assertThat(ran.err()).isEmpty();
    }

    @Test
    void an_unknown_command_or_option_is_wrong_usage() {
        assertThat(lancet("rn")).isEqualTo(new Ran(2, "", "error: unknown command: rn; did you mean run?\n"));
        assertThat(lancet("plan", "llama-2-7b", "--gruop", "3"))
                .isEqualTo(new Ran(2, "", "error: unknown option: --gruop; did you mean --group?\n"));
        assertThat(lancet("inspect", "gpt2-127m", "more"))
                .isEqualTo(new Ran(2, "", "error: unexpected argument: more; see lancet inspect --help\n"));
    }

    @Test
    void only_a_slip_or_two_is_taken_for_a_slip() {
        assertThat(lancet("frobnicate").err()).isEqualTo("error: unknown command: frobnicate; see lancet --help\n");
        assertThat(lancet("inspct", "gpt2-127m").err()).endsWith("; did you mean inspect?\n");
        assertThat(lancet("doctor", "--verbos").err()).endsWith("; did you mean --verbose?\n");
        assertThat(lancet("doctor", "--xyz").err())
                .isEqualTo("error: unknown option: --xyz; see lancet doctor --help\n");
    }

    @Test
    void help_and_version_are_commands_too() {
        assertThat(lancet("help").out()).isEqualTo(lancet("--help").out());
        assertThat(lancet("help", "compress").out())
                .isEqualTo(lancet("compress", "--help").out());
        assertThat(lancet("version").out()).isEqualTo(lancet("--version").out());
    }

    @Test
    void a_shell_gets_a_script_that_knows_the_commands() {
        assertThat(lancet("completion").out()).startsWith("#!/usr/bin/env bash").contains("compress", "--calibrate");
    }

    @Test
    void the_help_fits_into_a_narrow_terminal() {
        for (String command : commands()) {
            String[] lines = lancet(Map.of("LANCET_COLUMNS", "80"), command, "--help")
                    .out()
                    .split("\n", -1);
            assertThat(lines).as(command).allMatch(line -> line.length() <= 80);
            for (int i = 1; i < lines.length - 1; i++) {
                boolean paragraphGoesOn = lines[i - 1].matches("\\S.*") && lines[i + 1].matches("[a-z].*");
                assertThat(paragraphGoesOn && lines[i].matches("\\S.{0,20}"))
                        .as("%s: '%s' stands alone", command, lines[i])
                        .isFalse();
            }
        }
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
