package dev.lancet.surgery.graph;

/**
 * One entry of a node's input list: {@code x}, {@code x:1} for an output other than the first, or {@code ^x} for "after
 * x".
 *
 * @param node name of the node it comes from
 * @param port which of its outputs; -1 for a control input
 */
public record Input(String node, int port) {

    /** The port of a control input. */
    public static final int CONTROL = -1;

    /** Reads an entry in the syntax of a GraphDef. */
    public static Input parse(String text) {
        if (text.startsWith("^")) {
            return new Input(text.substring(1), CONTROL);
        }
        int colon = text.lastIndexOf(':');
        return colon >= 0 && digits(text, colon + 1)
                ? new Input(text.substring(0, colon), Integer.parseInt(text.substring(colon + 1)))
                : new Input(text, 0);
    }

    private static boolean digits(String text, int from) {
        // Nine digits fit an int; no operation has more outputs.
        return from < text.length()
                && text.length() - from < 10
                && text.substring(from).chars().allMatch(c -> c >= '0' && c <= '9');
    }

    /** Whether it is a control input, which only orders and carries no data. */
    public boolean control() {
        return port == CONTROL;
    }

    /** The entry in the syntax of a GraphDef. */
    @Override
    public String toString() {
        return control() ? "^" + node : port == 0 ? node : node + ":" + port;
    }
}
