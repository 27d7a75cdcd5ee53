package dev.lancet.surgery.golden;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class TextDiffTest {

    private static final String LETTERS = "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk\nl\nm\nn\n";

    @Test
    void equal_texts_have_no_difference() {
        TextDiff none = TextDiff.of(LETTERS, LETTERS);

        assertThat(none.isEmpty()).isTrue();
        assertThat(none.unified("old", "new", 100)).isEmpty();
    }

    @Test
    void a_change_stands_among_three_lines_around_it() {
        assertThat(TextDiff.of(LETTERS, LETTERS.replace("g\n", "G\n")).unified("old", "new", 100))
                .isEqualTo("""
                --- old
                +++ new
                @@ -4,7 +4,7 @@
                 d
                 e
                 f
                -g
                +G
                 h
                 i
                 j
                """);
    }

    @Test
    void changes_far_apart_have_hunks_of_their_own_and_near_ones_share_one() {
        String unified = TextDiff.of(LETTERS, LETTERS.replace("b\n", "").replace("m\n", "m\nx\n"))
                .unified("old", "new", 100);

        assertThat(unified.lines().filter(line -> line.startsWith("@@")))
                .containsExactly("@@ -1,5 +1,4 @@", "@@ -11,4 +10,5 @@");
        assertThat(TextDiff.of(LETTERS, LETTERS.replace("b\n", "").replace("h\n", "H\n"))
                        .unified("old", "new", 100)
                        .lines()
                        .filter(line -> line.startsWith("@@")))
                .containsExactly("@@ -1,11 +1,10 @@");
    }

    @Test
    void an_empty_text_is_counted_as_diff_counts_it() {
        assertThat(TextDiff.of("", "a\nb\n").unified("old", "new", 100))
                .isEqualTo("--- old\n+++ new\n@@ -0,0 +1,2 @@\n+a\n+b\n");
    }

    @Test
    void a_long_difference_is_cut_and_says_how_much_is_left() {
        assertThat(TextDiff.of("", LETTERS).unified("old", "new", 3))
                .isEqualTo("--- old\n+++ new\n@@ -0,0 +1,14 @@\n+a\n+b\n... and 12 lines more\n");
    }

    @Test
    void names_come_from_the_text_before_the_equals_sign_and_the_section() {
        TextDiff.Names names = TextDiff.of(
                        "x = Placeholder [2]\ny = Neg(x)\n\nfunction f(a) -> (b)\n  n = Neg(a)\n  return b = n:y\n",
                        "x = Placeholder [2]\ny = Abs(x)\nz = Abs(y)\n\nfunction f(a) -> (b)\n  m = Neg(a)\n  return b = m:y\n")
                .names();

        assertThat(names.added()).containsExactly("z", "f/m");
        assertThat(names.removed()).containsExactly("f/n");
        assertThat(names.changed()).containsExactly("y", "f/return b");
    }

    @Provide
    Arbitrary<List<String>> lines() {
        return Arbitraries.of("a", "b", "c", "d", "e", "f", "g", "h").list().ofMaxSize(30);
    }

    @Property
    void the_edits_make_the_second_text_of_the_first(
            @ForAll("lines") List<String> before, @ForAll("lines") List<String> after) {
        List<String> made = new ArrayList<>();
        int at = 0;
        for (Edit edit : PatienceDiff.edits(before, after)) {
            assertThat(edit.from()).isGreaterThanOrEqualTo(at);
            made.addAll(before.subList(at, edit.from()));
            assertThat(edit.start()).isEqualTo(made.size());
            made.addAll(after.subList(edit.start(), edit.end()));
            at = edit.to();
        }
        made.addAll(before.subList(at, before.size()));

        assertThat(made).isEqualTo(after);
    }

    @Property(tries = 200)
    void where_every_line_stands_once_and_in_order_no_line_is_told_too_many(@ForAll("lines") List<String> dropped) {
        List<String> all = LETTERS.lines().toList();
        List<String> fewer =
                all.stream().filter(line -> !dropped.contains(line)).toList();
        long told = TextDiff.of(String.join("\n", all), String.join("\n", fewer))
                .unified("old", "new", 100)
                .lines()
                .skip(2)
                .filter(line -> line.startsWith("-") || line.startsWith("+"))
                .count();

        assertThat(told).isEqualTo(all.size() - fewer.size());
    }
}
