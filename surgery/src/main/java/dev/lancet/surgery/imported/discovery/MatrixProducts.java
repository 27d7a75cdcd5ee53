package dev.lancet.surgery.imported.discovery;

import dev.lancet.surgery.graph.ConstantTensors;
import dev.lancet.surgery.graph.Node;
import dev.lancet.surgery.imported.discovery.WeightUse.Contraction;
import dev.lancet.surgery.imported.tracing.ArrayView;
import dev.lancet.surgery.imported.tracing.ArrayView.Piece;
import dev.lancet.surgery.imported.tracing.Tracing;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Classifies the products of a graph: an activation with a weight, or two activations. */
public final class MatrixProducts {

    private static final Set<String> STACKS = Set.of("BatchMatMul", "BatchMatMulV2", "BatchMatMulV3");

    private MatrixProducts() {}

    /** The result for one product: the use of an array, or the reason why it is none. */
    record Found(Node node, Optional<Tracing> weight, Optional<WeightUse> use, String reason) {}

    static boolean product(Node node) {
        return node.is("MatMul") || STACKS.contains(node.op()) || node.is("Einsum");
    }

    static boolean lookup(Node node) {
        return node.is("GatherV2") || node.is("ResourceGather");
    }

    static Found of(Node node) {
        if (lookup(node)) {
            return lookedUp(node);
        }
        if (node.dataInputs().size() != 2) {
            return refused(node, Optional.empty(), "it has " + node.dataInputs().size() + " inputs, not two");
        }
        Optional<Tracing> left = Tracing.back(node, 0).filter(MatrixProducts::isWeight);
        Optional<Tracing> right = Tracing.back(node, 1).filter(MatrixProducts::isWeight);
        if (left.isPresent() && right.isPresent()) {
            return refused(node, right, "both operands are weights");
        }
        if (left.isEmpty() && right.isEmpty()) {
            return refused(
                    node,
                    Optional.empty(),
                    ComputedWeights.from(node, 0)
                            .or(() -> ComputedWeights.from(node, 1))
                            .map(MatrixProducts::derived)
                            .orElse("both operands are activations"));
        }
        if (node.is("Einsum")) {
            return left.isPresent()
                    ? EinsumEquation.of(node, 0, left.get())
                    : EinsumEquation.of(node, 1, right.orElseThrow());
        }
        if (right.isEmpty()) {
            return refused(node, left, "the weight is the left operand");
        }
        return multiplied(node, right.get());
    }

    public static String derived(String variable) {
        return "one operand is computed from " + variable + " and is not the variable itself";
    }

    private static boolean isWeight(Tracing tracing) {
        return tracing.view().stored().size() >= 2 || tracing.source().shape().size() >= 2;
    }

    static Found refused(Node node, Optional<Tracing> weight, String reason) {
        return new Found(node, weight, Optional.empty(), reason);
    }

    private static Found multiplied(Node node, Tracing weight) {
        boolean stack = STACKS.contains(node.op());
        if (node.flag(stack ? "adj_x" : "transpose_a")) {
            return refused(node, Optional.of(weight), "it transposes the activations");
        }
        List<List<Piece>> axes = weight.view().axes();
        int rank = axes.size();
        if (rank < 2 || ArrayView.size(flat(axes.subList(0, rank - 2))) != 1) {
            return refused(
                    node,
                    Optional.of(weight),
                    "the weight is a stack of matrices " + weight.view().shape());
        }
        boolean transposed = node.flag(stack ? "adj_y" : "transpose_b");
        List<Piece> inputs = axes.get(transposed ? rank - 1 : rank - 2);
        List<Piece> outputs = axes.get(transposed ? rank - 2 : rank - 1);
        if (stack && rank > 2) {
            return refused(
                    node,
                    Optional.of(weight),
                    "the weight has " + rank + " axes " + weight.view().shape());
        }
        return use(node, weight, inputs, outputs, new Contraction("", 1, 1, List.of(ArrayView.size(outputs))));
    }

    /** The use of an array with these input and output pieces, if they are stored as one matrix or its transpose. */
    static Found use(Node node, Tracing weight, List<Piece> inputs, List<Piece> outputs, Contraction contraction) {
        List<Piece> plain = new ArrayList<>(inputs);
        plain.addAll(outputs);
        List<Piece> transposed = new ArrayList<>(outputs);
        transposed.addAll(inputs);
        boolean asStored = plain.equals(weight.view().stored());
        if (!asStored && !transposed.equals(weight.view().stored())) {
            return refused(node, Optional.of(weight), "its inputs and outputs are interleaved in the stored array");
        }
        long rows = ArrayView.size(asStored ? inputs : outputs);
        long columns = ArrayView.size(asStored ? outputs : inputs);
        if (rows > Integer.MAX_VALUE || columns > Integer.MAX_VALUE) {
            return refused(node, Optional.of(weight), "the weight is too large");
        }
        WeightUse use = new WeightUse(
                node.name(),
                node.op(),
                asStored ? WeightUse.Kind.PRODUCT : WeightUse.Kind.TRANSPOSED,
                (int) rows,
                (int) columns,
                contraction);
        return new Found(node, Optional.of(weight), Optional.of(use), "");
    }

    static List<Piece> flat(List<List<Piece>> axes) {
        return axes.stream().flatMap(List::stream).toList();
    }

    private static Found lookedUp(Node node) {
        Optional<Tracing> table = Tracing.back(node, 0).filter(MatrixProducts::isWeight);
        if (table.isEmpty()) {
            return refused(node, table, "it looks up activations");
        }
        List<List<Piece>> axes = table.get().view().axes();
        boolean rows = node.is("ResourceGather")
                || node.producer(2)
                        .flatMap(ConstantTensors::shortIntegers)
                        .filter(axis -> axis.equals(List.of(0L)))
                        .isPresent();
        boolean batched =
                node.attribute("batch_dims").filter(dims -> dims.getI() != 0).isPresent();
        if (!rows
                || batched
                || axes.size() != 2
                || !flat(axes).equals(table.get().view().stored())) {
            return refused(node, table, "it does not look up rows of a matrix");
        }
        long entries = ArrayView.size(axes.get(0));
        long width = ArrayView.size(axes.get(1));
        return new Found(
                node,
                table,
                Optional.of(new WeightUse(
                        node.name(),
                        node.op(),
                        WeightUse.Kind.LOOKUP,
                        (int) entries,
                        (int) width,
                        Contraction.none(width))),
                "");
    }
}
