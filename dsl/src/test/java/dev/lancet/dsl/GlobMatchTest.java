package dev.lancet.dsl;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class GlobMatchTest {

    @Test
    void a_glob_matches_the_names_that_the_same_regular_expression_matches() {
        Random random = new Random(7);
        int matched = 0;
        for (int i = 0; i < 20_000; i++) {
            String glob = letters(random, "ab.*?", 6);
            String text = letters(random, "ab.", 8);
            String expression = glob.chars()
                    .mapToObj(c -> c == '*' ? ".*" : c == '?' ? "." : Pattern.quote(Character.toString(c)))
                    .collect(Collectors.joining());
            boolean expected = Pattern.matches(expression, text);
            assertThat(GlobMatch.matches(glob, text)).as("%s on %s", glob, text).isEqualTo(expected);
            matched += expected ? 1 : 0;
        }
        assertThat(matched).isBetween(500, 19_500);
    }

    /** Trying every way to match would take years. */
    @Test
    @Timeout(60)
    void many_stars_are_matched_in_linear_time() {
        String glob = "*a".repeat(30) + "*b";
        String text = "a".repeat(2_000);
        assertThat(GlobMatch.matches(glob, text)).isFalse();
        assertThat(GlobMatch.matches(glob, text + "b")).isTrue();
    }

    private static String letters(Random random, String alphabet, int longest) {
        return random.ints(random.nextInt(longest + 1), 0, alphabet.length())
                .mapToObj(i -> String.valueOf(alphabet.charAt(i)))
                .collect(Collectors.joining());
    }
}
