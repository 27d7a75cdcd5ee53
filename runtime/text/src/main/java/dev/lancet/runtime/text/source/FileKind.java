package dev.lancet.runtime.text.source;

import java.util.Locale;

/** The kind of a file, by the ending of its name. */
enum FileKind {
    TEXT,
    JSON_LINES,
    COMMAS,
    TABS,
    ARCHIVE;

    static final String NAMES = ".txt, .jsonl, .csv, .tsv or .tar, plain or .gz";

    static FileKind of(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        if (lower.endsWith(".jsonl") || lower.endsWith(".ndjson")) {
            return JSON_LINES;
        }
        if (lower.endsWith(".csv")) {
            return COMMAS;
        }
        if (lower.endsWith(".tsv")) {
            return TABS;
        }
        return lower.endsWith(".tar") ? ARCHIVE : TEXT;
    }

    /** Whether to read a file of this name from a folder or an archive. */
    static boolean known(String name) {
        String inside = unpacked(name);
        return of(inside) != TEXT || inside.toLowerCase(Locale.ROOT).endsWith(".txt");
    }

    /** The name of the unpacked file, or the same name if the file is not packed. */
    static String unpacked(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        if (lower.endsWith(".tgz")) {
            return name.substring(0, name.length() - "tgz".length()) + "tar";
        }
        return lower.endsWith(".gz") ? name.substring(0, name.length() - ".gz".length()) : name;
    }
}
