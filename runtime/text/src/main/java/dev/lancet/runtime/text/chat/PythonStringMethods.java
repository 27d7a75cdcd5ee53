package dev.lancet.runtime.text.chat;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** The methods of Python's strings that chat templates call. */
final class PythonStringMethods {

    private PythonStringMethods() {}

    static Object call(String text, String method, List<? extends @Nullable Object> arguments) {
        return switch (method) {
            case "strip" -> stripped(text, arguments, true, true);
            case "lstrip" -> stripped(text, arguments, true, false);
            case "rstrip" -> stripped(text, arguments, false, true);
            case "upper" -> text.toUpperCase(Locale.ROOT);
            case "lower" -> text.toLowerCase(Locale.ROOT);
            case "capitalize" ->
                text.isEmpty()
                        ? text
                        : text.substring(0, 1).toUpperCase(Locale.ROOT)
                                + text.substring(1).toLowerCase(Locale.ROOT);
            case "startswith" -> text.startsWith(argument(method, arguments, 0));
            case "endswith" -> text.endsWith(argument(method, arguments, 0));
            case "removeprefix" -> {
                String prefix = argument(method, arguments, 0);
                yield text.startsWith(prefix) ? text.substring(prefix.length()) : text;
            }
            case "removesuffix" -> {
                String suffix = argument(method, arguments, 0);
                yield text.endsWith(suffix) ? text.substring(0, text.length() - suffix.length()) : text;
            }
            case "find" -> (long) text.indexOf(argument(method, arguments, 0));
            case "replace" -> replaced(text, argument(method, arguments, 0), argument(method, arguments, 1));
            case "split" -> split(text, arguments);
            case "splitlines" -> text.lines().toList();
            default ->
                throw new IllegalArgumentException("'" + method + "' of a text is not supported; supported are strip,"
                        + " lstrip, rstrip, upper, lower, capitalize, startswith, endswith, removeprefix,"
                        + " removesuffix, find, replace, split and splitlines");
        };
    }

    private static String argument(String method, List<? extends @Nullable Object> arguments, int at) {
        if (at < arguments.size() && arguments.get(at) instanceof String text) {
            return text;
        }
        throw new IllegalArgumentException("'" + method + "' takes a text as argument " + (at + 1));
    }

    private static String stripped(
            String text, List<? extends @Nullable Object> arguments, boolean left, boolean right) {
        String some = arguments.isEmpty() || arguments.get(0) == null ? "" : argument("strip", arguments, 0);
        IntPredicate out = c -> some.isEmpty() ? Character.isWhitespace(c) : some.indexOf(c) >= 0;
        int from = 0;
        int to = text.length();
        while (left && from < to && out.test(text.charAt(from))) {
            from++;
        }
        while (right && to > from && out.test(text.charAt(to - 1))) {
            to--;
        }
        return text.substring(from, to);
    }

    /** Replaces texts, unless the result is too long: the limit of the output comes too late for it. */
    static String replaced(String text, String old, String by) {
        long count = 0;
        for (int at = text.indexOf(old);
                at >= 0 && at < text.length();
                at = text.indexOf(old, at + Math.max(1, old.length()))) {
            count++;
        }
        if (text.length() + (count + 1) * Math.max(0, by.length() - old.length()) > JinjaSandbox.LONGEST_TEXT) {
            throw new IllegalArgumentException("'replace' makes a text that is too long");
        }
        return text.replace(old, by);
    }

    private static List<String> split(String text, List<? extends @Nullable Object> arguments) {
        int most = arguments.size() > 1 && arguments.get(1) instanceof Number limit ? limit.intValue() : -1;
        List<String> parts = new ArrayList<>();
        if (arguments.isEmpty() || arguments.get(0) == null) {
            for (String word : text.strip().split("\\s+", -1)) {
                parts.add(word);
            }
            return text.isBlank() ? List.of() : parts;
        }
        String separator = argument("split", arguments, 0);
        if (separator.isEmpty()) {
            throw new IllegalArgumentException("'split' takes a separator that is not empty");
        }
        int from = 0;
        for (int at = text.indexOf(separator); at >= 0 && (most < 0 || parts.size() < most); ) {
            parts.add(text.substring(from, at));
            from = at + separator.length();
            at = text.indexOf(separator, from);
        }
        parts.add(text.substring(from));
        return parts;
    }
}
