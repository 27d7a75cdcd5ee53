package dev.lancet.script;

import dev.lancet.dsl.LancetException;

/** Reports a script that compiled but threw an exception: the place in the script, and the message. */
final class ScriptFailure {

    private ScriptFailure() {}

    /**
     * The exception to throw. The stack trace gives the line. The column is that of the method name whose call failed,
     * or of the first word of the line.
     */
    static ScriptException of(ScriptSource source, Throwable thrown) {
        StackTraceElement[] frames = thrown.getStackTrace();
        for (int i = 0; i < frames.length; i++) {
            if (source.name().equals(frames[i].getFileName()) && frames[i].getLineNumber() > 0) {
                int line = frames[i].getLineNumber();
                int column = i == 0 ? source.indent(line) : column(source, line, frames[i - 1]);
                return source.wrong(new ScriptSource.Fault(line, column, said(thrown)), thrown);
            }
        }
        int line = source.lastLine();
        return source.wrong(new ScriptSource.Fault(line, source.indent(line), said(thrown)), thrown);
    }

    private static int column(ScriptSource source, int line, StackTraceElement called) {
        String type = called.getClassName().replaceAll(".*[.$]", "");
        String word = called.getMethodName().equals("<init>") ? type : called.getMethodName();
        int at = source.line(line).indexOf(word + "(");
        return at < 0 ? source.indent(line) : at + 1;
    }

    /** The message of an exception. For exceptions that are not Lancet's, the class name stands before the message. */
    private static String said(Throwable thrown) {
        boolean ours = thrown instanceof LancetException || thrown.getClass() == IllegalArgumentException.class;
        String message = thrown.getMessage();
        if (message == null || message.isBlank()) {
            return thrown.getClass().getSimpleName();
        }
        return ours ? message : thrown.getClass().getSimpleName() + ": " + message;
    }
}
