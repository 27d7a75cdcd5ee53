package dev.lancet.dsl.recipe;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A text with places for the fields of a row: {@code {question}} stands for the value of the field {@code question}. A
 * name has letters, digits, underscores and hyphens, and begins with a letter or an underscore; other braces, as in
 * {@code {yes/no}}, are text.
 *
 * @param text the text
 */
public record PromptTemplate(String text) {

    private static final Pattern FIELD = Pattern.compile("\\{([\\p{L}_][\\p{L}\\p{N}_-]*)}");

    /** The names of the fields, in the order of their first place. */
    public Set<String> fields() {
        Set<String> names = new LinkedHashSet<>();
        FIELD.matcher(text).results().forEach(found -> names.add(found.group(1)));
        return names;
    }

    /** The text with the value of each field in its place. Values are not searched for fields. */
    public String fill(UnaryOperator<String> values) {
        return FIELD.matcher(text).replaceAll(found -> Matcher.quoteReplacement(values.apply(found.group(1))));
    }
}
