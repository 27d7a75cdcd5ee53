package dev.lancet.runtime.json;

import dev.lancet.dsl.plan.Plan;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.databind.DatabindException;
import tools.jackson.databind.exc.InvalidTypeIdException;
import tools.jackson.databind.exc.MismatchedInputException;
import tools.jackson.databind.exc.UnrecognizedPropertyException;
import tools.jackson.databind.exc.ValueInstantiationException;

/** What Jackson found wrong, in one line for people: what, where, and the way out. */
final class Complaint {

    private static final Pattern MISSING = Pattern.compile("Missing (?:required )?creator property '([^']+)'");
    private static final Pattern DUPLICATE = Pattern.compile("Duplicate Object property \"([^\"]+)\"");

    private Complaint() {}

    static String of(JacksonException wrong) {
        String where = where(wrong.getLocation());
        if (wrong instanceof UnrecognizedPropertyException unknown) {
            return unknown(unknown, where);
        }
        if (wrong instanceof InvalidTypeIdException kind) {
            return kind(kind, where);
        }
        if (wrong instanceof ValueInstantiationException value && value.getCause() != null) {
            return value.getCause().getMessage() + where;
        }
        Matcher missing = MISSING.matcher(wrong.getOriginalMessage());
        if (missing.find()) {
            return "key '" + missing.group(1) + "' is missing" + where + "; add it";
        }
        Matcher duplicate = DUPLICATE.matcher(wrong.getOriginalMessage());
        if (duplicate.find()) {
            return "key '" + duplicate.group(1) + "' is there twice" + where + "; keep one";
        }
        if (wrong instanceof StreamReadException) {
            return "is no JSON" + where + " (" + firstLine(wrong) + "); correct it there";
        }
        if (wrong instanceof MismatchedInputException mismatch && mismatch.getTargetType() != null) {
            return path(mismatch) + " takes " + wanted(mismatch.getTargetType()) + where + "; correct it";
        }
        return firstLine(wrong) + where;
    }

    private static String unknown(UnrecognizedPropertyException wrong, String where) {
        Collection<Object> known = wrong.getKnownPropertyIds();
        List<String> names = known == null
                ? List.of()
                : known.stream().map(Object::toString).sorted().toList();
        return "key '" + wrong.getPropertyName() + "' is not known" + where
                + (names.isEmpty()
                        ? "; none is known here"
                        : "; near it: " + Plan.nearMisses(wrong.getPropertyName(), names));
    }

    private static String kind(InvalidTypeIdException wrong, String where) {
        Class<?> base = wrong.getBaseType().getRawClass();
        String known = Kinds.BASES.entrySet().stream()
                .filter(entry -> entry.getKey().isAssignableFrom(base))
                .map(Map.Entry::getValue)
                .map(kinds -> String.join(", ", new TreeSet<>(kinds.keySet())))
                .findFirst()
                .orElse("none");
        return wrong.getTypeId() == null
                ? "key '" + Kinds.KEY + "' is missing" + where + "; it is one of " + known
                : Kinds.KEY + " '" + wrong.getTypeId() + "' is not known" + where + "; known are " + known;
    }

    private static String path(DatabindException wrong) {
        StringBuilder path = new StringBuilder();
        for (JacksonException.Reference step : wrong.getPath()) {
            if (step.getPropertyName() == null) {
                path.append('[').append(step.getIndex()).append(']');
            } else {
                path.append(path.isEmpty() ? "" : ".").append(step.getPropertyName());
            }
        }
        return path.isEmpty() ? "the document" : "key '" + path + "'";
    }

    private static String wanted(Class<?> type) {
        if (type == int.class || type == long.class || type == Integer.class || type == Long.class) {
            return "a whole number";
        }
        if (type == double.class || type == Double.class) {
            return "a number";
        }
        if (type == boolean.class || type == Boolean.class) {
            return "true or false";
        }
        if (type == String.class) {
            return "a text";
        }
        if (type.isEnum()) {
            return "one of "
                    + java.util.Arrays.toString(type.getEnumConstants()).toLowerCase(java.util.Locale.ROOT);
        }
        return Collection.class.isAssignableFrom(type) ? "a list" : "an object";
    }

    private static String where(TokenStreamLocation at) {
        return at == null || at.getLineNr() < 0 ? "" : " at line " + at.getLineNr() + ", column " + at.getColumnNr();
    }

    private static String firstLine(JacksonException wrong) {
        return wrong.getOriginalMessage().lines().findFirst().orElse("no reason given");
    }
}
