package dev.lancet.tests.fuzz;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** Damages a chat template so that most of it stays Jinja: words are exchanged, lost, or ask for far too much. */
final class TemplateDamage implements Damage {

    private static final Pattern WORD = Pattern.compile("'[^']{0,200}'|[A-Za-z_]+|\\d+|\\{[{%]-?|-?[%}]\\}|[^\\s\\w]");
    private static final List<String> HOSTILE = List.of(
            "range(100000000)",
            "('x' * 1000000000)",
            "9223372036854775807",
            "(1 / 0)",
            "[[[[[[[[]]]]]]]]",
            "{'a': messages, 'b': {'c': messages}}",
            "messages",
            "none",
            "''.__class__.__mro__",
            "''.getClass().forName('java.lang.Runtime')",
            "messages|join(messages|string|list)",
            "messages.append(messages)",
            "(messages|string|replace('', 'yyyyyyyyyyyyyyyy'))",
            "raise_exception('two\nlines')",
            "%}{% include '/etc/passwd' %}{%",
            "%}{% import 'x' as y %}{%",
            "%}{% macro m(a) %}{{ m(a) }}{{ m(a) }}{% endmacro %}{{ m(1) }}{%",
            "%}{% for a in messages %}{% for b in range(9999) %}{% for c in range(9999) %}{{ c }}{% endfor %}{% endfor %}{%"
                    + " endfor %}{%",
            "%}{% set ns = namespace(s='x') %}{% for a in range(40) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}{{ ns.s }}{%");

    @Override
    public byte[] of(byte[] whole, Random random) {
        String text = new String(whole, StandardCharsets.ISO_8859_1);
        List<MatchResult> words = WORD.matcher(text).results().limit(20_000).toList();
        if (words.isEmpty()) {
            return Damage.blind(whole, random);
        }
        MatchResult word = words.get(random.nextInt(words.size()));
        MatchResult other = words.get(random.nextInt(words.size()));
        String by =
                switch (random.nextInt(6)) {
                    case 0, 1 -> HOSTILE.get(random.nextInt(HOSTILE.size()));
                    case 2 -> other.group();
                    case 3 -> "";
                    case 4 -> nested(word.group(), random);
                    default -> text.substring(Math.min(word.start(), other.start()), Math.max(word.end(), other.end()));
                };
        return (text.substring(0, word.start()) + by + text.substring(word.end()))
                .getBytes(StandardCharsets.ISO_8859_1);
    }

    private static String nested(String word, Random random) {
        int deep = List.of(10, 100, 3_000, 50_000).get(random.nextInt(4));
        return switch (random.nextInt(3)) {
            case 0 -> "(".repeat(deep) + word + ")".repeat(deep);
            case 1 -> "%}" + "{% if 1 %}".repeat(deep) + "{%";
            default -> word + "|trim".repeat(deep);
        };
    }
}
