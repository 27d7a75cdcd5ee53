package dev.lancet.surgery.imported;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.PrintableText;
import dev.lancet.surgery.graph.ElementTypes;
import java.nio.file.Path;
import java.util.List;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.TensorShapeProto;

/**
 * Checks a graph before it is used, whoever wrote or damaged it: its types must exist, its shapes must be possible, and
 * its constants must hold as many values as they declare. A few bytes may claim to be a constant of any size.
 */
final class GraphValidator {

    /** The most bytes that the constants of a graph may fill by repeating their last values. */
    private static final long MOST_REPEATED = 64L << 20;

    /** A node takes about 4 kB in memory; graphs of large models have some ten thousand. */
    private static final long MOST_NODES = 250_000;

    private final long mostRepeated;
    private long repeated;

    private GraphValidator(long stored) {
        mostRepeated = Math.max(MOST_REPEATED, 8 * stored);
    }

    /** The same failure with the name of the file that contains the graph. */
    static LancetException named(Path path, LancetException wrong) {
        String message = String.valueOf(wrong.getMessage());
        return message.startsWith(path.toString())
                ? wrong
                : new LancetException(path + ": " + message.replaceFirst("^graph: ", ""), wrong);
    }

    /** @throws LancetException naming the node that is invalid */
    static void check(GraphDef graph) {
        GraphValidator validator = new GraphValidator(graph.getSerializedSize());
        long nodes = graph.getNodeCount();
        for (FunctionDef function : graph.getLibrary().getFunctionList()) {
            nodes += function.getNodeDefCount();
        }
        if (nodes > MOST_NODES) {
            throw new LancetException("graph: it has " + nodes + " nodes, above the limit of " + MOST_NODES
                    + "; save only the part of it that is needed");
        }
        graph.getNodeList().forEach(validator::checkNode);
        for (FunctionDef function : graph.getLibrary().getFunctionList()) {
            function.getNodeDefList().forEach(validator::checkNode);
        }
    }

    private void checkNode(NodeDef node) {
        check(node);
        if (node.getOp().equals("Const")) {
            TensorProto value = node.getAttrOrDefault("value", AttrValue.getDefaultInstance())
                    .getTensor();
            if (value.getTensorContent().isEmpty()) {
                repeated += possible(node, "value", value.getTensorShape()) * ElementTypes.bytes(value.getDtype());
            }
        }
        if (repeated > mostRepeated) {
            throw wrong(node, "is one of several constants that fill " + repeated + " bytes with a few stored values");
        }
    }

    private static void check(NodeDef node) {
        if (!PrintableText.is(node.getName()) || !PrintableText.is(node.getOp())) {
            throw wrong(node, "has characters in its name that cannot be printed");
        }
        node.getAttrMap().forEach((name, attribute) -> check(node, name, attribute));
        if (node.getOp().equals("Const") && !node.containsAttr("value")) {
            throw wrong(node, "has no value");
        }
    }

    private static void check(NodeDef node, String name, AttrValue attribute) {
        switch (attribute.getValueCase()) {
            case TYPE -> known(node, name, attribute.getType());
            case SHAPE -> possible(node, name, attribute.getShape());
            case TENSOR -> whole(node, attribute.getTensor());
            case LIST -> {
                attribute.getList().getTypeList().forEach(type -> known(node, name, type));
                attribute.getList().getShapeList().forEach(shape -> possible(node, name, shape));
                attribute.getList().getTensorList().forEach(tensor -> whole(node, tensor));
            }
            default -> {}
        }
    }

    private static void known(NodeDef node, String attribute, DataType type) {
        if (type == DataType.UNRECOGNIZED) {
            throw wrong(node, "has a type in " + attribute + " that TensorFlow 2.18 does not know");
        }
    }

    /** The number of elements, or -1 where it is not known. */
    private static long possible(NodeDef node, String attribute, TensorShapeProto shape) {
        boolean open = shape.getUnknownRank();
        long elements = 1;
        List<Long> dims =
                shape.getDimList().stream().map(TensorShapeProto.Dim::getSize).toList();
        for (long size : dims) {
            if (size < -1 || (size > 0 && elements > Long.MAX_VALUE / 16 / size)) {
                throw wrong(node, "has the impossible shape " + dims + " in " + attribute);
            }
            open |= size == -1;
            elements *= Math.abs(size);
        }
        return open ? -1 : elements;
    }

    private static void whole(NodeDef node, TensorProto tensor) {
        known(node, "value", tensor.getDtype());
        long elements = possible(node, "value", tensor.getTensorShape());
        if (elements < 0) {
            throw wrong(node, "has a value of unknown shape");
        }
        long bytes = elements * ElementTypes.bytes(tensor.getDtype());
        int content = tensor.getTensorContent().size();
        if (content > 0 ? bytes > 0 && content != bytes : bytes > Math.max(MOST_REPEATED, said(tensor))) {
            throw wrong(
                    node,
                    "should have " + ElementTypes.name(tensor.getDtype()) + " of " + bytes + " bytes, but "
                            + (content > 0 ? content : tensor.getSerializedSize()) + " are stored");
        }
    }

    /** The bytes of a stored value. A number can take one byte in the file and four or eight in memory. */
    private static long said(TensorProto tensor) {
        return 8L * tensor.getSerializedSize();
    }

    private static LancetException wrong(NodeDef node, String what) {
        return new LancetException("graph: " + node.getName() + ", a " + node.getOp() + ", " + what
                + "; the file is damaged or was not written by TensorFlow, get it again");
    }
}
