package dev.lancet.script;

import dev.lancet.dsl.LancetException;

/** A script that is wrong. The message is one line, {@code SCRIPT:LINE:COLUMN: what}; {@link #excerpt()} shows where. */
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

    /** The offending line with a caret under the column, the rest of the message, and further errors, if there are. */
    public String excerpt() {
        return excerpt;
    }
}
