package dev.lancet.cli.console;

import java.io.PrintStream;
import java.util.Map;

/**
 * The streams that a command writes to, and its environment.
 *
 * @param out results
 * @param err progress, hints and errors
 * @param env environment variables
 * @param terminal whether {@code err} is a terminal that can draw over its last line
 * @param interruption says whether the user wants the command to stop
 */
public record Console(
        PrintStream out, PrintStream err, Map<String, String> env, boolean terminal, Interruption interruption) {

    private static final int NARROWEST = 60;
    private static final int WIDEST = 100;

    public Console {
        env = Map.copyOf(env);
    }

    /**
     * The console of this process. Java cannot tell whether standard error is a terminal, so the launcher sets
     * LANCET_TERMINAL.
     */
    public static Console system() {
        Map<String, String> env = System.getenv();
        boolean terminal = env.getOrDefault("LANCET_TERMINAL", "").equals("1")
                && !env.getOrDefault("TERM", "dumb").equals("dumb");
        return new Console(System.out, System.err, env, terminal, new Interruption());
    }

    /**
     * How many columns of text fit beside each other, from 60 to 100. The launcher measures the terminal and sets
     * LANCET_COLUMNS.
     */
    public int columns() {
        String given = env.getOrDefault("LANCET_COLUMNS", "");
        return given.matches("\\d{1,4}") ? Math.max(NARROWEST, Math.min(WIDEST, Integer.parseInt(given))) : WIDEST;
    }

    /** Whether to print colours: only on a terminal, and only if NO_COLOR is not set (no-color.org). */
    public boolean colourful() {
        return terminal && env.getOrDefault("NO_COLOR", "").isEmpty();
    }
}
