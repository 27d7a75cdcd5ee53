package dev.lancet.runtime.classify;

import dev.lancet.dsl.LancetException;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The names of the classes; the place of a name is the number of its class.
 *
 * @param names the names, each once
 */
public record ClassLabels(List<String> names) {

    /** The most classes. */
    static final int MOST = 1000;

    private static final String WHOLE_NUMBER = "-?\\d{1,18}";

    public ClassLabels {
        names = List.copyOf(names);
    }

    /**
     * The classes of some texts: in the order of their numbers if all names are whole numbers, otherwise in that of their
     * letters.
     *
     * @throws LancetException if there is only one class, or more than 1000
     */
    public static ClassLabels of(LabelledTexts texts) {
        TreeSet<String> names =
                texts.rows().stream().map(LabelledText::label).collect(Collectors.toCollection(TreeSet::new));
        if (names.size() < 2) {
            throw new LancetException("classes: all " + texts.count() + " rows have the class " + names
                    + "; a classifier needs rows of at least two classes");
        }
        if (names.size() > MOST) {
            throw new LancetException("classes: the rows have " + names.size() + " different ones, such as '"
                    + names.first() + "', above the limit of " + MOST + "; name the field of the class with --label");
        }
        boolean numbers = names.stream().allMatch(name -> name.matches(WHOLE_NUMBER));
        return new ClassLabels(
                numbers
                        ? names.stream()
                                .sorted(Comparator.comparingLong(Long::parseLong))
                                .toList()
                        : List.copyOf(names));
    }

    /** The number of classes. */
    public int count() {
        return names.size();
    }

    /**
     * The number of a text's class.
     *
     * @throws LancetException if the text has another class than these
     */
    public int of(LabelledText text) {
        int at = names.indexOf(text.label());
        if (at < 0) {
            throw new LancetException("classes: " + text.where() + " has the class '" + text.label()
                    + "', which the model was not trained on; it knows " + names);
        }
        return at;
    }

    /** The names of the classes that none of these texts has. */
    public List<String> missingIn(LabelledTexts texts) {
        return names.stream()
                .filter(name ->
                        texts.rows().stream().noneMatch(row -> row.label().equals(name)))
                .toList();
    }
}
