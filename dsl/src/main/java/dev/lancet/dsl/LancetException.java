package dev.lancet.dsl;

/**
 * The work cannot be done: a file is wrong, a rule selects nothing, a loss is NaN. The message is one line that names the
 * thing, the value and the way out; the command line prints it as it is.
 */
public class LancetException extends RuntimeException {

    private static final long serialVersionUID = 1;

    /** A failure that Lancet found itself. */
    public LancetException(String message) {
        super(oneLine(message));
    }

    /** Names in a damaged file may hold line breaks, or what a terminal would obey. */
    private static String oneLine(String message) {
        return message.replaceAll("\\p{Cntrl}+", "?");
    }

    /** A failure that something below reported. */
    public LancetException(String message, Throwable cause) {
        super(oneLine(message), cause);
    }
}
