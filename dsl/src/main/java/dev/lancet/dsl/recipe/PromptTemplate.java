package dev.lancet.dsl.recipe;

import dev.lancet.dsl.LancetException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * A text with places for the fields of a row: <code>{question}</code> stands for the value of the field {@code question};
 * <code>{{</code> and <code>}}</code> are braces.
 *
 * @param text the text
 */
public record PromptTemplate(String text) {

    /**
     * A template.
     *
     * @throws LancetException if a brace is left open, or closes nothing
     */
    public PromptTemplate {
        parts(text);
    }

    private record Part(String text, boolean field) {}

    /** The names of the fields, in the order of their first place. */
    public Set<String> fields() {
        Set<String> names = new LinkedHashSet<>();
        parts(text).stream().filter(Part::field).forEach(part -> names.add(part.text));
        return names;
    }

    /** The text with the value of each field in its place. Values are not searched for fields. */
    public String fill(UnaryOperator<String> values) {
        StringBuilder filled = new StringBuilder();
        parts(text).forEach(part -> filled.append(part.field ? values.apply(part.text) : part.text));
        return filled.toString();
    }

    private static List<Part> parts(String template) {
        List<Part> parts = new ArrayList<>();
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < template.length(); i++) {
            char c = template.charAt(i);
            boolean twice = i + 1 < template.length() && template.charAt(i + 1) == c;
            if ((c == '{' || c == '}') && twice) {
                text.append(c);
                i++;
            } else if (c == '{') {
                int end = template.indexOf('}', i);
                if (end <= i + 1) {
                    throw wrong(template, "has a { without a name and a }");
                }
                parts.add(new Part(text.toString(), false));
                parts.add(new Part(template.substring(i + 1, end), true));
                text.setLength(0);
                i = end;
            } else if (c == '}') {
                throw wrong(template, "has a } without a {");
            } else {
                text.append(c);
            }
        }
        parts.add(new Part(text.toString(), false));
        return parts;
    }

    private static LancetException wrong(String template, String what) {
        return new LancetException("template: '" + template.lines().findFirst().orElse("") + "' " + what
                + "; write {name} for a field, and {{ or }} for a brace");
    }
}
