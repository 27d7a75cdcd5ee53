package dev.lancet.runtime.text.chat;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The names of filters and tests in a template. Jinjava writes nothing where a name is unknown, so they are checked first. */
final class TemplateNames {

    private static final Pattern TAG = Pattern.compile("\\{\\{(.*?)\\}\\}|\\{%(.*?)%\\}", Pattern.DOTALL);
    private static final Pattern QUOTED =
            Pattern.compile("'(?:\\\\.|[^'\\\\])*+'|\"(?:\\\\.|[^\"\\\\])*+\"", Pattern.DOTALL);
    private static final Pattern FILTER = Pattern.compile("\\|\\s*+([A-Za-z_]\\w*+)");
    private static final Pattern TEST = Pattern.compile("\\bis\\s++(?:not\\s++)?([A-Za-z_]\\w*+)");

    private TemplateNames() {}

    static Set<String> filters(String template) {
        return names(template, FILTER);
    }

    static Set<String> tests(String template) {
        return names(template, TEST);
    }

    private static Set<String> names(String template, Pattern kind) {
        Set<String> names = new LinkedHashSet<>();
        // Comments and texts go first: a comment may hold tags, and a text the end of one.
        String plain =
                QUOTED.matcher(template.replaceAll("(?s)\\{#.*?#\\}", "")).replaceAll("''");
        for (Matcher tag = TAG.matcher(plain); tag.find(); ) {
            for (Matcher name = kind.matcher(tag.group()); name.find(); ) {
                names.add(name.group(1));
            }
        }
        return names;
    }
}
