package dev.lancet.script;

import java.nio.file.Path;
import java.util.List;

/**
 * The text of a script and its file; it formats errors that point to a place in the text.
 *
 * @param file the path as the user wrote it
 * @param text the content of the file
 */
record ScriptSource(Path file, String text) {

    /**
     * One error in a script.
     *
     * @param line counted from 1
     * @param column counted from 1
     * @param message what is wrong; the first line is the summary
     */
    record Fault(int line, int column, String message) {}

    /** The file name without folders, as in stack traces. */
    String name() {
        return String.valueOf(file.getFileName());
    }

    /** A line, counted from 1; an empty string after the end. */
    String line(int number) {
        List<String> lines = text.lines().toList();
        return 1 <= number && number <= lines.size() ? lines.get(number - 1) : "";
    }

    /** The number of the last line that is not blank, at least 1. */
    int lastLine() {
        return Math.max(1, (int) text.stripTrailing().lines().count());
    }

    /** A fault at a character of the text, counted from 0. */
    Fault fault(int at, String message) {
        String before = text.substring(0, at);
        int line = (int) before.chars().filter(character -> character == '\n').count() + 1;
        return new Fault(line, at - before.lastIndexOf('\n'), message);
    }

    /** The column of the first character of a line that is not white space. */
    int indent(int number) {
        String line = line(number);
        return line.length() - line.stripLeading().length() + 1;
    }

    /** The exception that reports these faults; the first one becomes its message. */
    ScriptException wrong(List<Fault> faults) {
        StringBuilder excerpt = new StringBuilder(below(faults.get(0)));
        faults.stream()
                .skip(1)
                .forEach(fault -> excerpt.append(headline(fault)).append('\n').append(below(fault)));
        return new ScriptException(headline(faults.get(0)), excerpt.toString());
    }

    /** The exception that reports one fault. */
    ScriptException wrong(Fault fault, Throwable cause) {
        return new ScriptException(headline(fault), below(fault), cause);
    }

    private String headline(Fault fault) {
        String first = fault.message().lines().findFirst().orElse("");
        return file + ":" + fault.line() + ":" + fault.column() + ": " + first;
    }

    private String below(Fault fault) {
        StringBuilder text = new StringBuilder();
        fault.message().lines().skip(1).forEach(more -> text.append("  ")
                .append(more)
                .append('\n'));
        String line = line(fault.line());
        // Keep tabs, so that the caret is in the right place at any tab width.
        String until = line.substring(0, Math.min(line.length(), Math.max(0, fault.column() - 1)));
        return text.append(line)
                .append('\n')
                .append(until.replaceAll("[^\t]", " "))
                .append("^\n")
                .toString();
    }
}
