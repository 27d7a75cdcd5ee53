package dev.lancet.cli;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A command that ran.
 *
 * @param status its exit status
 * @param out what it said on standard output
 * @param err what it said on standard error
 */
public record Ran(int status, String out, String err) {

    public static Ran lancet(String... arguments) {
        return lancet(Map.of(), arguments);
    }

    static Ran lancet(Map<String, String> env, String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int status = Main.run(arguments, stream(out), stream(err), env);
        return new Ran(status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    /** Its one JSON document. */
    public JsonNode json() {
        return new JsonMapper().readTree(out);
    }

    private static PrintStream stream(ByteArrayOutputStream bytes) {
        return new PrintStream(bytes, true, StandardCharsets.UTF_8);
    }
}
