package dev.lancet.cli;

import static dev.lancet.cli.Ran.lancet;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** README and docs speak of the options that the commands really have. */
class DocumentationTest {

    private static final Path ROOT = Path.of("../..");
    private static final Path REFERENCE = ROOT.resolve("docs/reference/command-line.md");
    private static final Pattern OPTION_IN_HELP = Pattern.compile("(?m)^ {2,6}(?:-\\w, )?(--[a-z0-9-]+)");
    private static final Pattern OPTION = Pattern.compile("(?<![\\w-])--[a-z][a-z0-9-]*");
    private static final Pattern SHELL_BLOCK = Pattern.compile("(?m)^ *```sh\n((?:.*\n)*?) *```$");
    private static final Pattern INVOCATION = Pattern.compile("\\./lancet ((?:bench )?[a-z]+)\\b([^#\n]*)");

    /** The options of every command, by its name. */
    private static final Map<String, Set<String>> OPTIONS = new TreeMap<>();

    @BeforeAll
    static void ask_every_command_for_its_help() {
        collect("", commandsIn(lancet("--help").out()));
    }

    private static void collect(String before, List<String> commands) {
        for (String command : commands) {
            String name = before + command;
            String help = lancet((name + " --help").split(" ")).out();
            List<String> inner = commandsIn(help);
            if (inner.isEmpty()) {
                OPTIONS.put(name, options(OPTION_IN_HELP, help));
            } else {
                collect(name + " ", inner);
            }
        }
    }

    private static List<String> commandsIn(String help) {
        Matcher listed = Pattern.compile("Commands:\n((?:  .*\n)+)").matcher(help);
        return listed.find()
                ? Pattern.compile("(?m)^  ([a-z]+) ")
                        .matcher(listed.group(1))
                        .results()
                        .map(found -> found.group(1))
                        .toList()
                : List.of();
    }

    private static Set<String> options(Pattern pattern, String text) {
        return pattern.matcher(text)
                .results()
                .map(found -> found.group(found.groupCount()))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void the_reference_has_every_option_of_every_command() throws IOException {
        assertThat(OPTIONS).hasSizeGreaterThan(15);
        Set<String> common = options(OPTION, section("Every command"));
        for (Map.Entry<String, Set<String>> command : OPTIONS.entrySet()) {
            Set<String> documented = options(OPTION, section("lancet " + command.getKey()));
            documented.addAll(common);
            assertThat(documented)
                    .as("options of %s in %s", command.getKey(), REFERENCE)
                    .containsAll(command.getValue());
        }
    }

    /** The text under a heading, up to the next one. */
    private static String section(String heading) throws IOException {
        String pattern = "(?m)^#{2,3} " + Pattern.quote(heading) + "\n((?:(?!#).*\n?)*)";
        Matcher found = Pattern.compile(pattern).matcher(Files.readString(REFERENCE));
        assertThat(found.find()).as("section '%s' in %s", heading, REFERENCE).isTrue();
        return found.group(1);
    }

    @Test
    void every_command_that_is_shown_has_the_options_that_are_shown() throws IOException {
        int shown = 0;
        for (Path page : pages()) {
            for (MatchResult block :
                    SHELL_BLOCK.matcher(Files.readString(page)).results().toList()) {
                for (MatchResult line :
                        INVOCATION.matcher(block.group(1)).results().toList()) {
                    assertThat(OPTIONS).as(page + ": " + line.group()).containsKey(line.group(1));
                    assertThat(OPTIONS.get(line.group(1)))
                            .as(page + ": " + line.group())
                            .containsAll(options(OPTION, line.group(2)));
                    shown++;
                }
            }
        }
        assertThat(shown).isGreaterThan(20);
    }

    private static List<Path> pages() throws IOException {
        List<Path> pages = new ArrayList<>(List.of(ROOT.resolve("README.md"), ROOT.resolve("CONTRIBUTING.md")));
        try (Stream<Path> docs = Files.walk(ROOT.resolve("docs"))) {
            docs.filter(path -> path.toString().endsWith(".md"))
                    .filter(path -> !path.toString().contains("history"))
                    .forEach(pages::add);
        }
        return pages;
    }
}
