package dev.lancet.runtime.translation.operator;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** The TensorFlow operators that have a translation, besides inputs, constants and variables. */
public final class OperatorTable {

    private static final Map<String, OperatorTranslation> TABLE = table();

    private OperatorTable() {}

    private static Map<String, OperatorTranslation> table() {
        Map<String, OperatorTranslation> table = new TreeMap<>();
        ElementwiseTranslations.into(table);
        ProductTranslations.into(table);
        ShapeTranslations.into(table);
        SliceTranslations.into(table);
        return Map.copyOf(table);
    }

    /** The translation of an operator, or empty if it has none. */
    public static Optional<OperatorTranslation> find(String operator) {
        return Optional.ofNullable(TABLE.get(operator));
    }

    /** The names of all operators, sorted. */
    public static Set<String> names() {
        return new TreeSet<>(TABLE.keySet());
    }
}
