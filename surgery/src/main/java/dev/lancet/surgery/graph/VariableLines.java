package dev.lancet.surgery.graph;

import java.util.Optional;

/** Variables in the text of a graph: {@code VarHandleOp X} and {@code ReadVariableOp X.read} share one line. */
final class VariableLines {

    private static final String READ = ".read";

    private VariableLines() {}

    /** The read that shares a line with this handle. */
    static Optional<Node> read(Node node) {
        if (!node.is("VarHandleOp") || !node.inputs().isEmpty()) {
            return Optional.empty();
        }
        return node.uses().stream()
                .map(Node.Use::node)
                .filter(VariableLines::readOfVariable)
                .findFirst();
    }

    /** Whether this is the read that shares a line with its handle. */
    static boolean readOfVariable(Node node) {
        return node.is("ReadVariableOp")
                && node.inputs().size() == 1
                && node.name().equals(node.inputs().get(0) + READ)
                && node.producer(0).filter(handle -> sameLine(handle, node)).isPresent();
    }

    private static boolean sameLine(Node handle, Node read) {
        return handle.is("VarHandleOp")
                && handle.inputs().isEmpty()
                && handle.type("dtype") == read.type("dtype")
                && handle.definition().getDevice().equals(read.definition().getDevice());
    }

    /** An input as text: a read is shown as its variable, the handle of such a variable with {@code &}. */
    static String shown(Node node, Input input) {
        Optional<Node> producer = node.graph().find(input.node());
        if (producer.filter(VariableLines::readOfVariable).isPresent()) {
            return new Input(producer.get().inputs().get(0).node(), input.port()).toString();
        }
        if (producer.flatMap(VariableLines::read).isPresent()) {
            return input.control() ? "^&" + input.node() : "&" + input;
        }
        return input.toString();
    }
}
