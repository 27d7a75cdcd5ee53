package dev.lancet.dsl.recipe;

import dev.lancet.dsl.Check;
import java.util.List;
import java.util.Locale;

/**
 * One of the answers among which a model chooses.
 *
 * @param values how the data spell it, in any case, for example {@code 0} and {@code bearish}
 * @param text the answer in words, whose likelihood is measured: a {@link PromptTemplate}, for example {@code negative} or
 *     {@code {sol1}}
 */
public record TaskLabel(List<String> values, String text) {

    public TaskLabel {
        values = List.copyOf(values);
        Check.that(
                !values.isEmpty() && values.stream().noneMatch(String::isBlank),
                "label: '%s' has an empty value; name what stands in the data",
                text);
        Check.that(!text.isBlank(), "label: %s has no word to answer with; give one", values);
    }

    /** Whether the data mean this label by a value. */
    public boolean means(String value) {
        return values.stream().anyMatch(own -> normal(own).equals(normal(value)));
    }

    /** A value without what makes no difference between labels. */
    static String normal(String value) {
        return value.strip().toLowerCase(Locale.ROOT);
    }

    /** The name in tables: the word, or the first value if the words differ from row to row. */
    public String name() {
        PromptTemplate words = new PromptTemplate(text);
        return words.fields().isEmpty() ? words.fill(field -> field) : values.get(0);
    }
}
