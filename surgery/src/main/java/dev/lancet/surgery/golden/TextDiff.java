package dev.lancet.surgery.golden;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The differences between two texts. Comparing takes O(n log n) if most lines occur once, as in texts of graphs.
 *
 * @param before lines of the first text
 * @param after lines of the second text
 */
public record TextDiff(List<String> before, List<String> after) {

    private static final int AROUND = 3;

    public TextDiff {
        before = List.copyOf(before);
        after = List.copyOf(after);
    }

    /** The differences between two texts. */
    public static TextDiff of(String before, String after) {
        return new TextDiff(before.lines().toList(), after.lines().toList());
    }

    /** Whether the texts are equal. */
    public boolean isEmpty() {
        return before.equals(after);
    }

    /**
     * A unified diff with three lines of context; empty if the texts are equal.
     *
     * @param limit the largest number of lines; if there are more, the last line says how many
     */
    public String unified(String beforeName, String afterName, int limit) {
        List<String> lines = new ArrayList<>();
        List<Edit> hunk = new ArrayList<>();
        for (Edit edit : PatienceDiff.edits(before, after)) {
            if (!hunk.isEmpty() && edit.from() - hunk.get(hunk.size() - 1).to() > 2 * AROUND) {
                write(hunk, lines);
                hunk.clear();
            }
            hunk.add(edit);
        }
        write(hunk, lines);
        if (lines.isEmpty()) {
            return "";
        }
        int shown = Math.min(limit, lines.size());
        return "--- " + beforeName + "\n+++ " + afterName + "\n" + String.join("\n", lines.subList(0, shown)) + "\n"
                + (shown < lines.size() ? "... and " + (lines.size() - shown) + " lines more\n" : "");
    }

    private void write(List<Edit> hunk, List<String> lines) {
        if (hunk.isEmpty()) {
            return;
        }
        Edit first = hunk.get(0);
        Edit last = hunk.get(hunk.size() - 1);
        int from = Math.max(0, first.from() - AROUND);
        int to = Math.min(before.size(), last.to() + AROUND);
        int start = first.start() - (first.from() - from);
        int end = last.end() + (to - last.to());
        lines.add("@@ -" + range(from, to) + " +" + range(start, end) + " @@");
        int at = from;
        for (Edit edit : hunk) {
            before.subList(at, edit.from()).forEach(line -> lines.add(" " + line));
            before.subList(edit.from(), edit.to()).forEach(line -> lines.add("-" + line));
            after.subList(edit.start(), edit.end()).forEach(line -> lines.add("+" + line));
            at = edit.to();
        }
        before.subList(at, to).forEach(line -> lines.add(" " + line));
    }

    /** In the format of diff(1): lines count from 1, and an empty range names the line before it. */
    private static String range(int from, int to) {
        return (from == to ? from : from + 1) + "," + (to - from);
    }

    /**
     * The names that the differing lines define: nodes of a graph, or steps of a plan. The name is the part of a line
     * before its {@code =}; for a line of a section, the name of the section and a slash come first.
     */
    public Names names() {
        Map<String, String> old = entries(before);
        Map<String, String> now = entries(after);
        return new Names(
                now.keySet().stream().filter(name -> !old.containsKey(name)).toList(),
                old.keySet().stream().filter(name -> !now.containsKey(name)).toList(),
                old.keySet().stream()
                        .filter(name -> now.containsKey(name) && !Objects.equals(old.get(name), now.get(name)))
                        .toList());
    }

    private static Map<String, String> entries(List<String> lines) {
        Map<String, String> entries = new LinkedHashMap<>();
        String section = "";
        for (String line : lines) {
            int equals = line.indexOf(" = ");
            if (line.isBlank()) {
                continue;
            }
            String[] words = line.split("[ (]", 3);
            boolean head = words.length > 1 && (words[0].equals("function") || words[0].equals("signature"));
            if (head) {
                section = words[1];
            }
            String name = head
                    ? section
                    : equals < 0 ? line.strip() : line.substring(0, equals).strip();
            entries.put(line.startsWith("  ") ? section + "/" + name : name, line);
        }
        return entries;
    }

    /**
     * The names whose lines differ, in the order of the texts.
     *
     * @param added names only in the second text
     * @param removed names only in the first text
     * @param changed names in both texts, with different lines
     */
    public record Names(List<String> added, List<String> removed, List<String> changed) {}
}
