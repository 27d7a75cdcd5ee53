package dev.lancet.runtime.text.chat;

import com.hubspot.jinjava.interpret.Context;
import com.hubspot.jinjava.interpret.Context.Library;
import com.hubspot.jinjava.lib.Importable;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** What chat templates may use of jinjava: what is part of Jinja, and is deterministic. */
final class JinjaAllowlist {

    private static final Set<String> TAGS = Set.of(
            "for",
            "endfor",
            "if",
            "elif",
            "else",
            "endif",
            "set",
            "endset",
            "macro",
            "endmacro",
            "raw",
            "endraw",
            "break",
            "continue",
            "do",
            JinjaGenerationTag.NAME,
            JinjaGenerationTag.END);
    private static final Set<String> FILTERS = Set.of(
            ("trim upper lower capitalize title length count list join first last string int float default d replace"
                            + " reverse sort unique map select selectattr reject rejectattr items dictsort abs round"
                            + " safe escape e")
                    .split(" ", -1));
    private static final Set<String> FUNCTIONS = Set.of("range", "namespace", "dict", "raise_exception");

    private JinjaAllowlist() {}

    /** The names of everything else, which jinjava then refuses. */
    static Map<Library, Set<String>> disabled(Context all) {
        return Map.of(
                Library.TAG, others(all.getAllTags(), TAGS),
                Library.FILTER, others(all.getAllFilters(), FILTERS),
                Library.FUNCTION, others(all.getAllFunctions(), FUNCTIONS));
    }

    static Set<String> names(Collection<? extends Importable> all) {
        return all.stream()
                .map(Importable::getName)
                .map(name -> name.startsWith(":") ? name.substring(1) : name)
                .collect(Collectors.toUnmodifiableSet());
    }

    private static Set<String> others(Collection<? extends Importable> all, Set<String> allowed) {
        return names(all).stream().filter(name -> !allowed.contains(name)).collect(Collectors.toUnmodifiableSet());
    }
}
