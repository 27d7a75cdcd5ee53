package dev.lancet.surgery.imported.discovery;

import dev.lancet.dsl.Role;
import dev.lancet.dsl.Weight;
import dev.lancet.surgery.graph.ElementTypes;
import dev.lancet.surgery.graph.GraphView;
import dev.lancet.surgery.graph.Node;
import dev.lancet.surgery.imported.controlflow.OpenControlFlow;
import dev.lancet.surgery.imported.discovery.MatrixProducts.Found;
import dev.lancet.surgery.imported.tracing.Tracing;
import dev.lancet.surgery.imported.tracing.WeightSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.tensorflow.proto.DataType;

/** Finds the matrices of an open graph and their uses. */
public final class Discovery {

    private static final Set<String> ASKS_ITS_SHAPE = Set.of("Shape", "Rank", "Size", "VariableShape");

    private final GraphView open;
    private final Map<String, List<Found>> byHolder = new LinkedHashMap<>();
    private final List<SkippedProduct> leftAlone = new ArrayList<>();

    private Discovery(GraphView open) {
        this.open = open;
    }

    /**
     * The result of the search.
     *
     * @param layers the matrices, each once, in the order of their first use
     * @param leftAlone the products that are not layers
     */
    public record Findings(List<Layer> layers, List<SkippedProduct> leftAlone) {}

    public static Findings of(OpenControlFlow opened) {
        return new Discovery(GraphView.of(opened.graph())).findings();
    }

    private Findings findings() {
        for (Node node : open.ordered()) {
            if (!MatrixProducts.product(node) && !MatrixProducts.lookup(node)) {
                continue;
            }
            Found found = MatrixProducts.of(node);
            if (found.weight().isPresent()) {
                String holder = found.weight().get().source().node().name();
                byHolder.computeIfAbsent(holder, name -> new ArrayList<>()).add(found);
            } else if (MatrixProducts.product(node)) {
                leftAlone.add(new SkippedProduct(node.name(), node.op(), found.reason()));
            }
        }
        List<Layer> layers = new ArrayList<>();
        byHolder.forEach((holder, found) -> layer(open.node(holder), found).ifPresent(layers::add));
        return new Findings(List.copyOf(layers), List.copyOf(leftAlone));
    }

    private Optional<Layer> layer(Node holder, List<Found> found) {
        WeightSource source = WeightSource.of(holder);
        List<WeightUse> uses = found.stream().flatMap(one -> one.use().stream()).toList();
        boolean table = uses.stream().anyMatch(use -> use.kind() == WeightUse.Kind.LOOKUP);
        long rows = uses.isEmpty() ? source.shape().get(0) : uses.get(0).rows();
        long columns = uses.isEmpty()
                ? source.shape().stream().skip(1).reduce(1L, (a, b) -> a * b)
                : uses.get(0).columns();
        if (rows < 2 || columns < 2 || rows > Integer.MAX_VALUE || columns > Integer.MAX_VALUE) {
            return Optional.empty();
        }
        Weight weight = new Weight(holder.name(), table ? Role.EMBEDDING : Role.LINEAR, -1, (int) rows, (int) columns);
        return Optional.of(new Layer(weight, source.shape(), uses, hindrance(source, found, uses)));
    }

    private String hindrance(WeightSource source, List<Found> found, List<WeightUse> uses) {
        Optional<Found> refused =
                found.stream().filter(one -> one.use().isEmpty()).findFirst();
        if (refused.isPresent()) {
            return refused.get().node().name() + ": " + refused.get().reason();
        }
        if (source.type() != DataType.DT_FLOAT) {
            return "it is " + ElementTypes.name(source.type()) + "; only float matrices are supported";
        }
        if (!source.node().is("VarHandleOp") && !source.node().is("Const")) {
            return "it is a " + source.node().op()
                    + " of TensorFlow 1 whose reference goes to a node that takes no handle";
        }
        WeightUse first = uses.get(0);
        for (WeightUse use : uses) {
            Node node = open.node(use.node());
            String type = List.of("T", "Tout", "Tparams", "dtype").stream()
                    .filter(attribute -> node.attribute(attribute).isPresent())
                    .findFirst()
                    .orElse("T");
            if (node.type(type) != DataType.DT_FLOAT) {
                return use.node() + " computes in " + ElementTypes.name(node.type(type))
                        + "; only float products are supported";
            }
            if (use.rows() != first.rows() || use.columns() != first.columns()) {
                return "it is used as [" + first.rows() + ", " + first.columns() + "] by " + first.node() + ", but as ["
                        + use.rows() + ", " + use.columns() + "] by " + use.node();
            }
        }
        return otherUser(source.node(), uses);
    }

    /** A reason not to change the array: another node that uses more than its shape. Empty if there is none. */
    private String otherUser(Node holder, List<WeightUse> uses) {
        Set<String> known = new HashSet<>();
        uses.forEach(use -> known.add(use.node()));
        Deque<Node> on = new ArrayDeque<>(List.of(holder));
        Set<String> seen = new HashSet<>();
        while (!on.isEmpty()) {
            for (Node.Use use : on.remove().uses()) {
                Node node = use.node();
                if (use.taken().control() || known.contains(node.name()) || ASKS_ITS_SHAPE.contains(node.op())) {
                    continue;
                }
                boolean passes =
                        Tracing.passes(node) && use.input() == 0 && !node.uses().isEmpty();
                if (!passes && !node.is("DisableCopyOnRead")) {
                    return "it also feeds " + node.name() + ", a " + node.op();
                }
                if (passes && seen.add(node.name())) {
                    on.add(node);
                }
            }
        }
        return "";
    }
}
