package dev.lancet.surgery.match;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class PatternTest {

    private static final Property<List<String>, String> FIRST =
            new Property<>("first", list -> list.stream().findFirst());

    private final Capture<String> head = Capture.of("head");
    private final Pattern<List<String>> beginsWithWord = Pattern.<List<String>>anything()
            .where("short", list -> list.size() < 3)
            .where(FIRST.like(
                    Pattern.<String>of("word", text -> text.matches("\\w+")).keep(head)));

    @Test
    void matched_values_are_captured() {
        assertThat(beginsWithWord.match(List.of("scalpel")))
                .hasValueSatisfying(met -> assertThat(met.get(head)).isEqualTo("scalpel"));
    }

    @Test
    void every_condition_must_hold() {
        assertThat(beginsWithWord.match(List.of("two words"))).isEmpty();
        assertThat(beginsWithWord.match(List.of("a", "b", "c"))).isEmpty();
    }

    @Test
    void a_missing_property_does_not_match() {
        assertThat(beginsWithWord.match(List.of())).isEmpty();
    }

    @Test
    void a_pattern_says_what_it_looks_for() {
        assertThat(beginsWithWord).hasToString("anything[short][first=word -> head]");
        assertThat(FIRST.equalTo("a")).hasToString("first=a");
    }

    @Test
    void of_two_patterns_the_first_that_matches_decides() {
        Capture<List<String>> empty = Capture.of("empty");
        Pattern<List<String>> either = beginsWithWord.or(
                Pattern.<List<String>>of("empty", List::isEmpty).keep(empty));

        assertThat(either.match(List.of()).orElseThrow().find(head)).isEmpty();
        assertThat(either.match(List.of()).map(met -> met.get(empty))).contains(List.of());
        assertThat(either.match(List.of("x")).map(met -> met.get(head))).contains("x");
        assertThat(either).hasToString("(" + beginsWithWord + " or empty -> empty)");
    }

    @Test
    void a_place_the_pattern_does_not_know_is_an_error() {
        Captures met = Pattern.anything().match("x").orElseThrow();

        assertThatThrownBy(() -> met.get(head))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("capture: the pattern does not store head");
    }
}
