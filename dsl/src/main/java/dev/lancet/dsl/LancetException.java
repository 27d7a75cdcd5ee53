package dev.lancet.dsl;

/**
 * Reports that the work cannot be done: a file is damaged, a rule selects nothing, a loss is NaN. The message is one
 * line that names the thing, what is wrong and the way out. The command line prints it unchanged.
 */
public class LancetException extends RuntimeException {

    private static final long serialVersionUID = 1;

    /** A failure that Lancet found itself. */
    public LancetException(String message) {
        super(PrintableText.message(message));
    }

    /** A failure with the exception that caused it. */
    public LancetException(String message, Throwable cause) {
        super(PrintableText.message(message), cause);
    }
}
