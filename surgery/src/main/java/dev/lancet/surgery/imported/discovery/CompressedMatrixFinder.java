package dev.lancet.surgery.imported.discovery;

import dev.lancet.dsl.Precision;
import dev.lancet.dsl.Weight;
import dev.lancet.surgery.graph.ConstantTensors;
import dev.lancet.surgery.graph.GraphView;
import dev.lancet.surgery.graph.Node;
import dev.lancet.surgery.imported.discovery.CompressedMatrix.Storage;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;
import org.tensorflow.proto.DataType;

/**
 * Finds the matrices that Lancet already compressed, by their names (see {@code Weight}) and by the operators that decode
 * codes or multiply with 16-bit floats.
 */
public final class CompressedMatrixFinder {

    /** Ops between codes and the product that uses them. Earlier builds used Pack where ConcatV2 is used now. */
    private static final Set<String> DECODING = Set.of(
            "ReadVariableOp",
            "Identity",
            "Enter",
            "Switch",
            "GatherV2",
            "Pad",
            "Reshape",
            "ConcatV2",
            "Pack",
            "Bitcast",
            "Cast");

    /** Ops that forward a matrix unchanged to the product or lookup that uses it. */
    private static final Set<String> HANDING = Set.of("ReadVariableOp", "Identity", "Enter", "Switch");

    private final GraphView open;
    private final Map<String, GraphVariable> held = new LinkedHashMap<>();

    private CompressedMatrixFinder(GraphView open, List<GraphVariable> held) {
        this.open = open;
        held.forEach(one -> this.held.put(one.name(), one));
    }

    /** The compressed matrices, in the order of the graph. */
    public static List<CompressedMatrix> of(GraphView open, List<GraphVariable> held) {
        return new CompressedMatrixFinder(open, held).found();
    }

    private List<CompressedMatrix> found() {
        Map<String, CompressedMatrix> pieces = new LinkedHashMap<>();
        held.values().forEach(one -> piece(one).ifPresent(piece -> pieces.put(one.name(), piece)));
        List<CompressedMatrix> found = new ArrayList<>();
        Set<String> used = new HashSet<>();
        for (CompressedMatrix piece : pieces.values()) {
            if (!used.contains(piece.name())) {
                Optional<CompressedMatrix> pair =
                        pair(pieces, piece.name()).or(() -> CorrectionFinder.of(pieces, piece.name()));
                pair.ifPresent(both -> both.arrays().forEach(array -> used.add(array.name())));
                pair.or(() -> Optional.of(piece).filter(one -> one.precision().narrow()))
                        .ifPresent(found::add);
            }
        }
        return List.copyOf(found);
    }

    private Optional<CompressedMatrix> piece(GraphVariable one) {
        if (one.shape().size() != 2
                || one.shape().stream().anyMatch(size -> size < 1 || size > Integer.MAX_VALUE / 2)) {
            return Optional.empty();
        }
        int rows = one.shape().get(0).intValue();
        int columns = one.shape().get(1).intValue();
        if (one.type() == DataType.DT_FLOAT) {
            return Optional.of(new CompressedMatrix(
                    one.name(), rows, columns, Storage.whole(Precision.float32(), false), List.of(one)));
        }
        if (one.type() == DataType.DT_BFLOAT16) {
            return halves(one.name())
                    .map(table -> new CompressedMatrix(
                            one.name(), rows, columns, Storage.whole(Precision.bfloat16(), table), List.of(one)));
        }
        GraphVariable scales = held.get(Weight.scale(one.name()));
        if (one.type() != DataType.DT_UINT8 || scales == null || scales.shape().size() != 2) {
            return Optional.empty();
        }
        boolean table = scales.shape().get(0) == rows && scales.shape().get(1) != columns;
        return format(one.name()).map(format -> {
            boolean packed = format != Precision.Format.INT8;
            int matrixRows = packed && !table ? 2 * rows : rows;
            int matrixColumns = packed && table ? 2 * columns : columns;
            long shared = table
                    ? shared(matrixColumns, scales.shape().get(1))
                    : shared(matrixRows, scales.shape().get(0));
            return new CompressedMatrix(
                    one.name(),
                    matrixRows,
                    matrixColumns,
                    Storage.whole(
                            precision(
                                    one.name(), format, group(one.name(), table).orElse((int) (shared + shared % 2))),
                            table),
                    arrays(one.name()));
        });
    }

    /** The precision of codes. Codes of scales and zero points are found by their names. */
    private Precision precision(String codes, Precision.Format format, int group) {
        boolean compact = held.containsKey(Weight.scaleStep(codes)) && held.containsKey(Weight.scaleMean(codes));
        return switch (format) {
            case INT8 -> Precision.int8();
            case NF4 -> new Precision.Nf4(group, compact);
            default -> new Precision.Int4(group, held.containsKey(Weight.zeroPoint(codes)), compact);
        };
    }

    /** The variables of codes: the codes, the scales, and what these need. */
    private List<GraphVariable> arrays(String codes) {
        return Weight.quantizedArrays(codes).stream()
                .flatMap(name -> Stream.ofNullable(held.get(name)))
                .toList();
    }

    /** The number of weights that share a scale, estimated from the number of scales. */
    private static long shared(long weights, long scales) {
        return (weights + scales - 1) / scales;
    }

    /**
     * Whether a matrix of 16-bit floats is looked up; empty unless it is used in Lancet's way, followed by a cast to
     * float.
     */
    private Optional<Boolean> halves(String variable) {
        Deque<Node> on = new ArrayDeque<>();
        open.find(variable).ifPresent(on::add);
        Set<String> seen = new HashSet<>();
        Optional<Boolean> table = Optional.empty();
        while (!on.isEmpty()) {
            for (Node.Use use : on.remove().uses()) {
                Node node = use.node();
                boolean lookup = node.is("GatherV2") && use.input() == 0;
                if (lookup || (node.is("MatMul") && use.input() == 1)) {
                    boolean cast = node.uses().stream()
                            .allMatch(next ->
                                    next.node().is("Cast") && next.node().type("DstT") == DataType.DT_FLOAT);
                    if (!cast) {
                        return Optional.empty();
                    }
                    table = Optional.of(lookup || table.orElse(false));
                } else if (HANDING.contains(node.op()) && seen.add(node.name())) {
                    on.add(node);
                }
            }
        }
        return table;
    }

    /**
     * The format of codes: whole bytes as signed numbers, half bytes shifted by 8, or half bytes through a table of 16
     * values.
     */
    private Optional<Precision.Format> format(String variable) {
        Optional<Precision.Format> format = Optional.empty();
        for (Node.Use use : decoding(variable)) {
            Node node = use.node();
            if (node.is("Bitcast")) {
                return Optional.of(Precision.Format.INT8);
            }
            if (splits(node)) {
                format = Optional.of(Precision.Format.INT4);
            } else if (node.is("GatherV2") && use.input() == 1 && format.isPresent()) {
                return Optional.of(Precision.Format.NF4);
            }
        }
        return format;
    }

    /**
     * The group size: joined half bytes are reshaped to {@code [groups, group, columns]}, those of a table to {@code
     * [rows, groups, group]}.
     */
    private Optional<Integer> group(String variable, boolean table) {
        return decoding(variable).stream()
                .map(Node.Use::node)
                .filter(node -> node.is("Reshape")
                        && node.producer(0)
                                .filter(joined -> joined.is("ConcatV2") || joined.is("Pack"))
                                .isPresent())
                .flatMap(node -> node.producer(1).flatMap(ConstantTensors::shortIntegers).stream())
                .filter(shape -> shape.size() == 3)
                .map(shape -> shape.get(table ? 2 : 1).intValue())
                .filter(group -> group >= 2 && group % 2 == 0)
                .findFirst();
    }

    /** All uses on the way from codes to the product that uses them, breadth first. */
    private List<Node.Use> decoding(String variable) {
        Deque<Node> on = new ArrayDeque<>();
        open.find(variable).ifPresent(on::add);
        Set<String> seen = new HashSet<>();
        List<Node.Use> uses = new ArrayList<>();
        while (!on.isEmpty()) {
            for (Node.Use use : on.remove().uses()) {
                uses.add(use);
                Node node = use.node();
                if ((splits(node) || DECODING.contains(node.op())) && seen.add(node.name())) {
                    on.add(node);
                }
            }
        }
        return uses;
    }

    private static boolean splits(Node node) {
        return node.is("BitwiseAnd") || node.is("RightShift");
    }

    private static Optional<CompressedMatrix> pair(Map<String, CompressedMatrix> pieces, String name) {
        String whole = name.replaceAll("\\.(left|right)$", "");
        CompressedMatrix left = pieces.get(whole + ".left");
        CompressedMatrix right = pieces.get(whole + ".right");
        if (whole.equals(name) || left == null || right == null) {
            return Optional.empty();
        }
        // Half bytes give an odd length only up to the next even one, so the other factor gives it.
        boolean fit = left.columns() == right.rows() || left.columns() == right.rows() - 1;
        if (!fit || left.precision().format() != right.precision().format()) {
            return Optional.empty();
        }
        List<GraphVariable> arrays = new ArrayList<>(left.arrays());
        arrays.addAll(right.arrays());
        return Optional.of(new CompressedMatrix(
                whole,
                left.rows(),
                right.columns(),
                new Storage(OptionalInt.of(left.columns()), left.precision(), left.table(), Optional.empty()),
                arrays));
    }
}
