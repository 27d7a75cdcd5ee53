package dev.lancet.runtime.text.instruction;

import dev.lancet.dsl.LancetException;
import dev.lancet.runtime.text.source.FieldRow;
import java.util.ArrayList;
import java.util.List;

/**
 * A prompt with places for fields: <code>{name}</code> is the field of that name, <code>{{</code> and <code>}}</code> are
 * braces.
 */
final class ExampleTemplate {

    private record Part(String text, boolean field) {}

    private final List<Part> parts;

    private ExampleTemplate(List<Part> parts) {
        this.parts = List.copyOf(parts);
    }

    /**
     * Reads a template.
     *
     * @throws LancetException if a brace is left open, or no field occurs
     */
    static ExampleTemplate of(String template) {
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
        if (parts.size() == 1) {
            throw wrong(template, "has no field");
        }
        return new ExampleTemplate(parts);
    }

    private static LancetException wrong(String template, String what) {
        return new LancetException("template: '" + template.lines().findFirst().orElse("") + "' " + what
                + "; write {name} for a field, and {{ or }} for a brace");
    }

    /** The prompt of a row. */
    String filled(FieldRow row) {
        StringBuilder text = new StringBuilder();
        parts.forEach(part -> text.append(part.field ? RowFields.required(row, part.text) : part.text));
        return text.toString();
    }
}
