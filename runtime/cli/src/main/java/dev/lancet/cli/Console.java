package dev.lancet.cli;

import java.io.PrintStream;
import java.util.Map;

/**
 * Where a command speaks, and what it knows of its surroundings.
 *
 * @param out results
 * @param err progress, hints and errors
 * @param env environment variables
 * @param terminal whether {@code err} is a terminal that can draw over its last line
 */
record Console(PrintStream out, PrintStream err, Map<String, String> env, boolean terminal) {

    Console {
        env = Map.copyOf(env);
    }

    /** The console of this process. */
    static Console system() {
        return new Console(System.out, System.err, System.getenv(), terminal(System.getenv()));
    }

    /** Whether colours are wanted (no-color.org). */
    boolean colourful() {
        return terminal && env.getOrDefault("NO_COLOR", "").isEmpty();
    }

    /** Java cannot tell whether standard error is a terminal; the launcher can, and says so. */
    private static boolean terminal(Map<String, String> env) {
        return env.getOrDefault("LANCET_TERMINAL", "").equals("1")
                && !env.getOrDefault("TERM", "dumb").equals("dumb");
    }
}
