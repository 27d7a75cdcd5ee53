package dev.lancet.script;

import dev.lancet.dsl.LancetException;

/**
 * An error in a script. The message is one line, {@code SCRIPT:LINE:COLUMN: what}; {@link #excerpt()} shows the place.
 */
public final class ScriptException extends LancetException {

    private static final long serialVersionUID = 1;

    private final String excerpt;

    ScriptException(String message, String excerpt) {
        super(message);
        this.excerpt = excerpt;
    }

    ScriptException(String message, String excerpt, Throwable cause) {
        super(message, cause);
        this.excerpt = excerpt;
    }

    /** The wrong line with a caret under the column, then the rest of the message and any further errors. */
    public String excerpt() {
        return excerpt;
    }
}
