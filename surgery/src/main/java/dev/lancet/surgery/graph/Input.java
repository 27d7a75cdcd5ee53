package dev.lancet.surgery.graph;

/**
 * One entry of a node's input list: {@code x}, {@code x:1} for another output than the first, or {@code ^x} for "after x".
 *
 * @param node name of the node it comes from
 * @param port which of its outputs; -1 for a control input
 */
public record Input(String node, int port) {

    /** The port of a control input. */
    public static final int CONTROL = -1;

    /** Reads an entry as a GraphDef spells it. */
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
        // Nine digits fit an int; no operation has more outputs than that.
        return from < text.length()
                && text.length() - from < 10
                && text.substring(from).chars().allMatch(c -> c >= '0' && c <= '9');
    }

    /** Whether it only orders, and carries nothing. */
    public boolean control() {
        return port == CONTROL;
    }

    /** As a GraphDef spells it. */
    @Override
    public String toString() {
        return control() ? "^" + node : port == 0 ? node : node + ":" + port;
    }
}
