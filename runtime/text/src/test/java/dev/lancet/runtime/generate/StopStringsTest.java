package dev.lancet.runtime.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

class StopStringsTest {

    @Test
    void what_may_begin_a_stop_string_waits() {
        StopStrings stops = new StopStrings(List.of("###", "User:"));

        assertThat(stops.add("so #")).isEqualTo("so ");
        assertThat(stops.add("#1 Us")).isEqualTo("##1 ");
        assertThat(stops.add("e it")).isEqualTo("Use it");
        assertThat(stops.add(" Use")).isEqualTo(" ");
        assertThat(stops.finish()).isEqualTo("Use");
        assertThat(stops.found()).isFalse();
    }

    @Test
    void the_text_ends_before_a_stop_string() {
        StopStrings stops = new StopStrings(List.of("###"));

        assertThat(stops.add("yes##")).isEqualTo("yes");
        assertThat(stops.add("# and more")).isEmpty();
        assertThat(stops.found()).isTrue();
    }

    @Test
    void a_short_stop_string_inside_a_longer_one_ends_the_text_at_once() {
        StopStrings stops = new StopStrings(List.of("abcd", "c"));

        assertThat(stops.add("xabc")).isEqualTo("xab");
        assertThat(stops.found()).isTrue();
    }

    /** However the text is cut into pieces, it ends before the stop string whose last character comes first. */
    @Property(tries = 500)
    void pieces_do_not_matter(
            @ForAll @CharRange(from = 'a', to = 'c') @StringLength(max = 40) String text,
            @ForAll @Size(max = 3)
                    List<@CharRange(from = 'a', to = 'c') @StringLength(min = 1, max = 5) String> strings,
            @ForAll @Size(max = 40) List<Boolean> cuts) {
        StringBuilder passed = new StringBuilder();
        StopStrings stops = new StopStrings(strings);
        for (String piece : pieces(text, cuts)) {
            if (!stops.found()) {
                passed.append(stops.add(piece));
            }
        }
        passed.append(stops.finish());

        assertThat(passed.toString()).isEqualTo(expected(text, strings));
        assertThat(stops.found()).isEqualTo(strings.stream().anyMatch(text::contains));
    }

    private static List<String> pieces(String text, List<Boolean> cuts) {
        List<String> pieces = new ArrayList<>();
        int from = 0;
        for (int at = 1; at < text.length(); at++) {
            if (at < cuts.size() && cuts.get(at)) {
                pieces.add(text.substring(from, at));
                from = at;
            }
        }
        pieces.add(text.substring(from));
        return pieces;
    }

    private static String expected(String text, List<String> stops) {
        for (int end = 1; end <= text.length(); end++) {
            String begun = text.substring(0, end);
            int longest = stops.stream()
                    .filter(begun::endsWith)
                    .mapToInt(String::length)
                    .max()
                    .orElse(0);
            if (longest > 0) {
                return begun.substring(0, end - longest);
            }
        }
        return text;
    }

    @Test
    void settings_refuse_what_cannot_be_meant() {
        assertThatThrownBy(() -> GenerationSettings.of(0)).hasMessage("tokens: 0; generate at least 1");
        assertThatThrownBy(() -> GenerationSettings.of(1).stopAt(""))
                .hasMessage("stop: a string of 0 characters; a stop string has 1 to 1024");
    }
}
