package dev.lancet.cli.console;

import java.io.PrintStream;
import java.util.Map;

/**
 * Where a command speaks, and what it knows of its surroundings.
 *
 * @param out results
 * @param err progress, hints and errors
 * @param env environment variables
 * @param terminal whether {@code err} is a terminal that can draw over its last line
 * @param interruption whether the user wants it to stop
 */
public record Console(
        PrintStream out, PrintStream err, Map<String, String> env, boolean terminal, Interruption interruption) {

    public Console {
        env = Map.copyOf(env);
    }

    /** The console of this process. Java cannot tell whether standard error is a terminal; the launcher can, and says so. */
    public static Console system() {
        Map<String, String> env = System.getenv();
        boolean terminal = env.getOrDefault("LANCET_TERMINAL", "").equals("1")
                && !env.getOrDefault("TERM", "dumb").equals("dumb");
        return new Console(System.out, System.err, env, terminal, new Interruption());
    }

    /** Whether colours are wanted (no-color.org). */
    public boolean colourful() {
        return terminal && env.getOrDefault("NO_COLOR", "").isEmpty();
    }
}
