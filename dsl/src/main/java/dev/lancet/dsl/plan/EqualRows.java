package dev.lancet.dsl.plan;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Rows of a table that differ only in the first number of their names, such as a layer's in equal blocks, as one row:
 * {@code h.0-31.attn.q}.
 *
 * @param name the name of all
 * @param first the first of them
 * @param count how many there are
 */
public record EqualRows<T>(String name, T first, int count) {

    private static final Pattern NUMBERED = Pattern.compile("(\\D*)(\\d{1,9})(.*)");

    /**
     * Groups rows, in the order of the first of each group.
     *
     * @param name the name of a row
     * @param rest everything else that the table shows of it
     */
    public static <T> List<EqualRows<T>> of(List<T> rows, Function<T, String> name, Function<T, String> rest) {
        Map<List<String>, List<T>> groups = new LinkedHashMap<>();
        for (T row : rows) {
            Matcher numbered = NUMBERED.matcher(name.apply(row));
            List<String> key = numbered.matches()
                    ? List.of(numbered.group(1), numbered.group(3), rest.apply(row))
                    : List.of(name.apply(row));
            groups.computeIfAbsent(key, same -> new ArrayList<>()).add(row);
        }
        return groups.values().stream()
                .map(same -> new EqualRows<>(together(same.stream().map(name).toList()), same.get(0), same.size()))
                .toList();
    }

    private static String together(List<String> names) {
        if (names.size() == 1) {
            return names.get(0);
        }
        List<Integer> numbers =
                names.stream().map(name -> Integer.parseInt(part(name, 2))).toList();
        return part(names.get(0), 1) + ranges(numbers) + part(names.get(0), 3);
    }

    private static String part(String name, int group) {
        Matcher numbered = NUMBERED.matcher(name);
        return numbered.matches() ? numbered.group(group) : "";
    }

    private static String ranges(List<Integer> numbers) {
        StringBuilder text = new StringBuilder();
        int begin = 0;
        for (int i = 1; i <= numbers.size(); i++) {
            if (i == numbers.size() || numbers.get(i) != numbers.get(i - 1) + 1) {
                text.append(text.isEmpty() ? "" : ",").append(numbers.get(begin));
                text.append(i - 1 > begin ? "-" + numbers.get(i - 1) : "");
                begin = i;
            }
        }
        return text.toString();
    }
}
