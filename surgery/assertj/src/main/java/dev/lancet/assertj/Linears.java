package dev.lancet.assertj;

import dev.lancet.surgery.graph.GraphView;
import dev.lancet.surgery.graph.Node;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.TensorShapeProto;

/** The weight matrices of a graph, as variables or constants, each whole or in two factors. */
final class Linears {

    /** The ends of the names of arrays that belong to another one. */
    private static final List<String> BESIDE = List.of(".right", ".scale", ".scale.step", ".scale.mean", ".zero");

    private final GraphView graph;

    private Linears(GraphView graph) {
        this.graph = graph;
    }

    static Linears of(GraphDef graph) {
        return new Linears(GraphView.of(graph));
    }

    /**
     * The names of weights that match; {@code *} stands for any characters. Factors match without {@code .left} and
     * {@code .right}.
     */
    List<String> like(String glob) {
        Pattern pattern = Pattern.compile(
                Pattern.compile("\\*").splitAsStream(glob).map(Pattern::quote).collect(Collectors.joining(".*"))
                        + (glob.endsWith("*") ? ".*" : ""));
        return graph.nodes().stream()
                .filter(Linears::holds)
                .map(Node::name)
                .map(name -> name.endsWith(".left") ? name.substring(0, name.length() - ".left".length()) : name)
                .filter(name -> BESIDE.stream().noneMatch(name::endsWith))
                .filter(name -> pattern.matcher(name).matches())
                .distinct()
                .toList();
    }

    /** A weight is a matrix; biases, shapes and axes are not. */
    private static boolean holds(Node node) {
        return (node.is("VarHandleOp") || node.is("Const")) && shape(node).getDimCount() > 1;
    }

    private static TensorShapeProto shape(Node node) {
        return node.attribute("shape")
                .map(AttrValue::getShape)
                .or(() -> node.attribute("value").map(value -> value.getTensor().getTensorShape()))
                .orElse(TensorShapeProto.getDefaultInstance());
    }

    String nearMisses(String glob) {
        return graph.nearMisses(glob);
    }

    /** The arrays of a weight. */
    List<String> pieces(String weight) {
        return graph.find(weight).filter(Linears::holds).isPresent()
                ? List.of(weight)
                : List.of(weight + ".left", weight + ".right");
    }

    /**
     * The rank of a weight in two factors; empty for a whole weight. Linear layers are stored by column, so the left
     * factor has one column per rank, whatever its precision.
     */
    Optional<Long> rank(String weight) {
        return graph.find(weight + ".left").map(Linears::shape).map(shape -> shape.getDim(shape.getDimCount() - 1)
                .getSize());
    }

    /** The number of bits in which an array is stored. */
    int bits(String piece) {
        Node node = graph.node(piece);
        return switch (node.type("dtype")) {
            case DT_INT8 -> 8;
            case DT_HALF, DT_BFLOAT16 -> 16;
            case DT_DOUBLE -> 64;
            case DT_UINT8 -> unpackedAsBytes(node) ? 8 : 4;
            default -> 32;
        };
    }

    private static boolean unpackedAsBytes(Node codes) {
        return codes.uses().stream()
                .flatMap(use ->
                        use.node().is("ReadVariableOp") ? use.node().uses().stream() : java.util.stream.Stream.of(use))
                .flatMap(
                        use -> use.node().is("GatherV2") ? use.node().uses().stream() : java.util.stream.Stream.of(use))
                .anyMatch(use -> use.node().is("Bitcast") && use.node().type("type") == DataType.DT_INT8);
    }
}
