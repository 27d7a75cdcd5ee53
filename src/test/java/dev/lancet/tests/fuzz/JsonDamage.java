package dev.lancet.tests.fuzz;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** Damages JSON so that most of it can still be parsed: words are exchanged, lost, absurd, or nested far too deep. */
final class JsonDamage implements Damage {

    private static final Pattern WORD = Pattern.compile(
            "\"(?:[^\"\\\\]|\\\\.){0,200}\"|-?\\d+(?:\\.\\d+)?(?:[eE][-+]?\\d+)?|true|false|null|\\[\\]|\\{\\}");
    private static final List<String> ABSURD = List.of(
            "0",
            "-1",
            "1",
            "2",
            "3",
            "0.5",
            "-0.0",
            "1e400",
            "1e308",
            "2147483647",
            "2147483648",
            "4611686018427387904",
            "9223372036854775807",
            "9223372036854775808",
            "67108864",
            "1000000",
            "null",
            "true",
            "false",
            "\"\"",
            "\"x\"",
            "\"\\u0000\"",
            "\"../x\"",
            "\"\\ud800\"",
            "[]",
            "{}",
            "[0]",
            "[[]]",
            "{\"x\":0}",
            "[1,2,3]");

    @Override
    public byte[] of(byte[] whole, Random random) {
        // A character a byte, so that whatever the file holds comes out again.
        String text = new String(whole, StandardCharsets.ISO_8859_1);
        List<MatchResult> words = WORD.matcher(text).results().limit(20_000).toList();
        if (words.isEmpty()) {
            return Damage.blind(whole, random);
        }
        MatchResult word = words.get(random.nextInt(words.size()));
        // Keys are half of all words, and a reader is done with a file whose keys are wrong; so mostly values.
        for (int i = 0; i < 6 && key(text, word); i++) {
            word = words.get(random.nextInt(words.size()));
        }
        MatchResult other = words.get(random.nextInt(words.size()));
        if (key(text, word) && random.nextInt(8) > 0) {
            // A key; in its place can only stand a text.
            String name = other.group().replace("\"", "");
            String by = random.nextInt(3) == 0 ? "" : name.substring(random.nextInt(1 + name.length()));
            return replaced(text, word, '"' + by + '"').getBytes(StandardCharsets.ISO_8859_1);
        }
        String changed =
                switch (random.nextInt(8)) {
                    case 0, 1, 2 -> replaced(text, word, ABSURD.get(random.nextInt(ABSURD.size())));
                    case 3 -> replaced(text, word, other.group());
                    case 4 -> lost(text, word, other);
                    case 5 -> replaced(text, word, nested(random));
                    case 6 -> replaced(text, word, '"' + "y".repeat(random.nextInt(3000)) + '"');
                    default ->
                        replaced(
                                text,
                                word,
                                text.substring(
                                        Math.min(word.start(), other.start()), Math.max(word.end(), other.end())));
                };
        return changed.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static boolean key(String text, MatchResult word) {
        return word.end() < text.length() && text.charAt(word.end()) == ':';
    }

    private static String replaced(String text, MatchResult word, String by) {
        return text.substring(0, word.start()) + by + text.substring(word.end());
    }

    private static String lost(String text, MatchResult one, MatchResult other) {
        List<Integer> ends = new ArrayList<>(List.of(one.start(), other.start()));
        ends.sort(null);
        return text.substring(0, ends.get(0)) + text.substring(ends.get(1));
    }

    private static String nested(Random random) {
        int deep = List.of(20, 400, 990, 5_000, 200_000).get(random.nextInt(5));
        String open = random.nextBoolean() ? "[" : "{\"a\":";
        return open.repeat(deep) + "0" + (open.equals("[") ? "]" : "}").repeat(random.nextInt(4) == 0 ? 0 : deep);
    }
}
