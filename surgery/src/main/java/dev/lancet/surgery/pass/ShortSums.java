package dev.lancet.surgery.pass;

import dev.lancet.surgery.graph.Attributes;
import dev.lancet.surgery.graph.ConstantTensors;
import dev.lancet.surgery.graph.GraphView;
import dev.lancet.surgery.graph.Node;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.TensorShapeProto;

/**
 * Splits long sums in the functions of a graph into sums of short ones. On a processor, XLA turns a sum of more than 32
 * numbers into a tree of windows for accuracy, and writes the input of each window to memory first. This pass adds up
 * slices instead until at most 32 numbers are left to sum. That is as accurate, and passes over memory once, together
 * with the operations before the sum.
 *
 * <pre>
 * s = Sum(x, -1)                       x [rows, 64]
 *                           -&gt;
 * s.part.0 = Slice(x, {0,0}, {rows,32})
 * s.part.1 = Slice(x, {0,32}, {rows,32})
 * s.plus.0 = AddV2(s.part.0, s.part.1)
 * s = Sum(s.plus.0, -1)
 * </pre>
 *
 * A mean works in the same way; the sum is divided by the number of elements. Sums over several axes stay unchanged, and
 * so do sums over lengths that no number up to 32 divides.
 */
final class ShortSums {

    /** The longest sum that XLA does not split ({@code TreeReductionRewriter}), and the most slices. */
    private static final int MOST = 32;

    private final FunctionDef function;
    private final Map<String, NodeDef> nodes = new HashMap<>();
    private final Map<String, List<Long>> arguments = new HashMap<>();
    private final FunctionDef.Builder result;

    /** The function that a node calls; its arguments have the shapes of the node's inputs. */
    private ShortSums(FunctionDef function, Node call) {
        this.function = function;
        this.result = function.toBuilder().clearNodeDef();
        function.getNodeDefList().forEach(node -> nodes.put(node.getName(), node));
        for (int i = 0; i < function.getSignature().getInputArgCount(); i++) {
            Node producer = call.producer(i).orElseThrow();
            List<TensorShapeProto> shapes = shapes(producer.definition());
            int port = call.dataInputs().get(i).port();
            if (port < shapes.size()) {
                arguments.put(function.getSignature().getInputArg(i).getName(), Attributes.dims(shapes.get(port)));
            }
        }
    }

    /** The graph with long sums split in the functions that it calls; a graph without any is returned unchanged. */
    static GraphDef of(GraphDef graph) {
        Map<String, Node> calls = new HashMap<>();
        GraphView.of(graph).nodes().stream()
                .filter(node -> node.is("PartitionedCall"))
                .forEach(node -> calls.putIfAbsent(NodeQueries.called(node), node));
        GraphDef.Builder cut = graph.toBuilder();
        for (int i = 0; i < graph.getLibrary().getFunctionCount(); i++) {
            FunctionDef function = graph.getLibrary().getFunction(i);
            Node call = calls.get(function.getSignature().getName());
            if (call != null) {
                cut.getLibraryBuilder().setFunction(i, new ShortSums(function, call).cut());
            }
        }
        return cut.build();
    }

    /** The number of slices for a sum of this length; 1 if it is not split. */
    private static int slices(long length) {
        if (length <= MOST) {
            return 1;
        }
        return IntStream.rangeClosed(2, MOST)
                .filter(n -> length % n == 0 && length / n <= MOST)
                .findFirst()
                .orElseGet(() -> IntStream.rangeClosed(1, MOST)
                        .filter(n -> length % n == 0)
                        .max()
                        .orElseThrow());
    }

    private FunctionDef cut() {
        for (NodeDef node : function.getNodeDefList()) {
            boolean sums = (node.getOp().equals("Sum") || node.getOp().equals("Mean"))
                    && node.getAttrOrThrow("T").getType() == DataType.DT_FLOAT;
            Optional<List<Long>> dims = sums ? dims(node.getInput(0)) : Optional.empty();
            Optional<Integer> axis = dims.flatMap(known -> axis(node.getInput(1), known.size()));
            int slices = axis.map(at -> slices(dims.orElseThrow().get(at))).orElse(1);
            if (slices == 1) {
                result.addNodeDef(node);
            } else {
                cut(node, dims.orElseThrow(), axis.orElseThrow(), slices);
            }
        }
        return result.build();
    }

    /** The dimensions of an argument, or of the only output of a node. */
    private Optional<List<Long>> dims(String input) {
        String name = FunctionLibrary.producer(input);
        if (arguments.containsKey(name)) {
            return Optional.of(arguments.get(name));
        }
        return Optional.ofNullable(nodes.get(name))
                .map(ShortSums::shapes)
                .filter(shapes -> shapes.size() == 1)
                .map(shapes -> Attributes.dims(shapes.get(0)));
    }

    private static List<TensorShapeProto> shapes(NodeDef node) {
        return node.getAttrOrDefault(Attributes.SHAPES, AttrValue.getDefaultInstance())
                .getList()
                .getShapeList();
    }

    /** The single axis that is summed over, if it is a constant. */
    private Optional<Integer> axis(String input, int rank) {
        return Optional.ofNullable(nodes.get(FunctionLibrary.producer(input)))
                .filter(node -> node.getOp().equals("Const"))
                .map(node ->
                        ConstantTensors.integers(node.getAttrOrThrow("value").getTensor()))
                .filter(axes -> axes.size() == 1)
                .map(axes -> Math.floorMod(axes.get(0), rank));
    }

    private void cut(NodeDef sum, List<Long> dims, int axis, int slices) {
        String name = sum.getName();
        List<Long> part = new ArrayList<>(dims);
        part.set(axis, dims.get(axis) / slices);
        String size = ints(name + ".part.size", part);
        Deque<String> open = new ArrayDeque<>();
        for (int i = 0; i < slices; i++) {
            List<Long> begin = new ArrayList<>(Collections.nCopies(dims.size(), 0L));
            begin.set(axis, i * part.get(axis));
            String from = ints(name + ".part." + i + ".begin", begin);
            result.addNodeDef(node(name + ".part." + i, "Slice", part, sum.getInput(0), from, size)
                    .putAttr("Index", Attributes.of(DataType.DT_INT32)));
            open.add(name + ".part." + i + ":output:0");
        }
        for (int i = 0; open.size() > 1; i++) {
            result.addNodeDef(node(name + ".plus." + i, "AddV2", part, open.remove(), open.remove()));
            open.add(name + ".plus." + i + ":z:0");
        }
        String whole = open.remove();
        if (sum.getOp().equals("Mean")) {
            TensorProto share = ConstantTensors.scalar(DataType.DT_FLOAT, 1f / slices);
            result.addNodeDef(constant(name + ".share", share, List.of()));
            result.addNodeDef(node(name + ".shared", "Mul", part, whole, name + ".share:output:0"));
            whole = name + ".shared:z:0";
        }
        result.addNodeDef(sum.toBuilder().setInput(0, whole));
    }

    private String ints(String name, List<Long> values) {
        List<Long> dims = List.of((long) values.size());
        result.addNodeDef(constant(name, ConstantTensors.integers(dims, values), dims));
        return name + ":output:0";
    }

    private static NodeDef.Builder constant(String name, TensorProto value, List<Long> dims) {
        return NodeDef.newBuilder()
                .setName(name)
                .setOp("Const")
                .putAttr("dtype", Attributes.of(value.getDtype()))
                .putAttr("value", Attributes.of(value))
                .putAttr(Attributes.SHAPES, Attributes.shapes(List.of(dims)));
    }

    private static NodeDef.Builder node(String name, String op, List<Long> dims, String... inputs) {
        return NodeDef.newBuilder()
                .setName(name)
                .setOp(op)
                .addAllInput(List.of(inputs))
                .putAttr("T", Attributes.of(DataType.DT_FLOAT))
                .putAttr(Attributes.SHAPES, Attributes.shapes(List.of(dims)));
    }
}
