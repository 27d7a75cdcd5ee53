package dev.lancet.runtime.json;

import dev.lancet.dsl.plan.Plan;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
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

/** Turns an error of Jackson into one line for people: what is wrong, where, and the way out. */
final class JsonErrorMessage {

    private static final Pattern MISSING = Pattern.compile("Missing (?:required )?creator property '([^']+)'");
    private static final Pattern DUPLICATE = Pattern.compile("Duplicate Object property \"([^\"]+)\"");

    private final String json;

    /** About a text. */
    JsonErrorMessage(String json) {
        this.json = json;
    }

    String of(JacksonException wrong) {
        String where = where(wrong.getLocation());
        if (wrong instanceof UnrecognizedPropertyException unknown) {
            Collection<Object> known = unknown.getKnownPropertyIds();
            List<String> names = known == null
                    ? List.of()
                    : known.stream().map(Object::toString).sorted().toList();
            return unknown(unknown.getPropertyName(), names, place(unknown, where));
        }
        if (wrong instanceof InvalidTypeIdException kind) {
            return kind(kind, where);
        }
        if (wrong instanceof ValueInstantiationException value && value.getCause() != null) {
            return value.getCause().getMessage() + where;
        }
        Matcher missing = MISSING.matcher(wrong.getOriginalMessage());
        if (missing.find()) {
            return misspelt(wrong).orElse("key '" + missing.group(1) + "' is missing" + where + "; add it");
        }
        Matcher duplicate = DUPLICATE.matcher(wrong.getOriginalMessage());
        if (duplicate.find()) {
            return "key '" + duplicate.group(1) + "' occurs twice" + where + "; keep one";
        }
        if (wrong instanceof StreamReadException) {
            return "is not JSON" + where + " (" + firstLine(wrong) + "); correct it there";
        }
        if (wrong instanceof MismatchedInputException mismatch && mismatch.getTargetType() != null) {
            return path(mismatch) + " takes " + wanted(mismatch.getTargetType()) + where + "; correct it";
        }
        return firstLine(wrong) + where;
    }

    private static String unknown(String key, List<String> known, String where) {
        return "key '" + key + "' is not known" + where
                + (known.isEmpty() ? "; remove it, no key is known here" : "; near it: " + Plan.nearMisses(key, known));
    }

    /**
     * The place of the key itself. Jackson reports its own position when it noticed the error, which may be far after
     * the key.
     */
    private String place(UnrecognizedPropertyException unknown, String otherwise) {
        List<JacksonException.Reference> path = unknown.getPath();
        return Keys.of(json, path.subList(0, Math.max(0, path.size() - 1))).stream()
                .filter(key -> key.name().equals(unknown.getPropertyName()))
                .findFirst()
                .map(key -> where(key.location()))
                .orElse(otherwise);
    }

    /** The message for a missing key that is present but misspelt. Jackson checks unknown keys last. */
    private Optional<String> misspelt(JacksonException missing) {
        List<JacksonException.Reference> path = missing.getPath();
        if (path.isEmpty() || !(path.get(path.size() - 1).from() instanceof Class<?> type) || !type.isRecord()) {
            return Optional.empty();
        }
        List<String> known = Arrays.stream(type.getRecordComponents())
                .map(RecordComponent::getName)
                .toList();
        return Keys.of(json, path.subList(0, path.size() - 1)).stream()
                .filter(key -> !known.contains(key.name()) && !key.name().equals(KindNames.KEY))
                .findFirst()
                .map(key -> unknown(key.name(), known, where(key.location())));
    }

    private static String kind(InvalidTypeIdException wrong, String where) {
        Class<?> base = wrong.getBaseType().getRawClass();
        String known = KindNames.BASES.entrySet().stream()
                .filter(entry -> entry.getKey().isAssignableFrom(base))
                .map(Map.Entry::getValue)
                .map(kinds -> String.join(", ", new TreeSet<>(kinds.keySet())))
                .findFirst()
                .orElse("none");
        return wrong.getTypeId() == null
                ? "key '" + KindNames.KEY + "' is missing" + where + "; add one of " + known
                : KindNames.KEY + " '" + wrong.getTypeId() + "' is not known" + where + "; choose one of " + known;
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
            return "one of " + Arrays.toString(type.getEnumConstants()).toLowerCase(Locale.ROOT);
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
