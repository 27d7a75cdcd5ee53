package dev.lancet.surgery.pass;

import dev.lancet.surgery.graph.Attributes;
import dev.lancet.surgery.graph.GraphView;
import dev.lancet.surgery.graph.Input;
import dev.lancet.surgery.graph.Node;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NameAttrList;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.OpDef;
import org.tensorflow.proto.TensorShapeProto;

/**
 * Splits a function with several results that need the same nonlinearity into one function for each result. XLA would
 * compute the shared value once and write it to memory for the results to read, but computing a sigmoid twice is cheaper.
 * The derivative of a gated unit is such a function.
 *
 * <pre>
 * X = &#64;gated.backward(gate, up, dy)        X          = &#64;gated.backward.result.0(gate, up, dy)
 * y = Op(X), z = Op(X:1)              -&gt;   X.result.1 = &#64;gated.backward.result.1(gate, dy)
 *                                          y = Op(X), z = Op(X.result.1)
 * </pre>
 *
 * Only element-wise functions are split, so no reduction runs twice.
 */
final class SingleResults {

    private static final Set<String> CURVES = Set.of("Sigmoid", "Tanh", "Erf", "Exp");
    private static final Set<String> ELEMENTWISE = Set.of(
            "Const", "Mul", "AddV2", "AddN", "Sub", "Neg", "Square", "Cast", "SigmoidGrad", "TanhGrad", "Identity");

    /** A function, and one function for each of its results. */
    private record Cut(FunctionDef whole, List<FunctionDef> parts) {
        static Cut of(FunctionDef whole) {
            return new Cut(
                    whole,
                    IntStream.range(0, whole.getSignature().getOutputArgCount())
                            .mapToObj(result -> FunctionLibrary.only(whole, result))
                            .toList());
        }
    }

    private final GraphView view;
    private final Map<String, Cut> cuts = new HashMap<>();

    private SingleResults(GraphView view) {
        this.view = view;
        view.definition().getLibrary().getFunctionList().stream()
                .filter(SingleResults::sharesNonlinearity)
                .forEach(function -> cuts.put(function.getSignature().getName(), Cut.of(function)));
    }

    /** The graph with its calls of such functions split; a graph without any is returned unchanged. */
    static GraphDef of(GraphDef graph) {
        SingleResults single = new SingleResults(GraphView.of(graph));
        return single.cuts.isEmpty() ? graph : single.graph();
    }

    private GraphDef graph() {
        GraphDef.Builder result = view.definition().toBuilder().clearNode();
        for (Node node : view.nodes()) {
            NodeDef.Builder rewired = node.definition().toBuilder();
            for (int i = 0; i < node.dataInputs().size(); i++) {
                Input input = node.dataInputs().get(i);
                if (cut(view.node(input.node())).isPresent()) {
                    rewired.setInput(i, named(input.node(), input.port()));
                }
            }
            cut(node)
                    .ifPresentOrElse(
                            cut -> IntStream.range(0, cut.parts().size())
                                    .forEach(port -> result.addNode(call(rewired, cut, port))),
                            () -> result.addNode(rewired));
        }
        cuts.values().forEach(cut -> result.getLibraryBuilder().addAllFunction(cut.parts()));
        return FunctionLibrary.called(result.build());
    }

    private Optional<Cut> cut(Node node) {
        return node.is("PartitionedCall") ? Optional.ofNullable(cuts.get(NodeQueries.called(node))) : Optional.empty();
    }

    /** The node with one result of a call; the first keeps the name. */
    private static String named(String call, int port) {
        return port == 0 ? call : call + ".result." + port;
    }

    private static NodeDef call(NodeDef.Builder whole, Cut cut, int port) {
        OpDef before = cut.whole().getSignature();
        OpDef signature = cut.parts().get(port).getSignature();
        NodeDef.Builder call =
                whole.clone().setName(named(whole.getName(), port)).clearInput();
        for (int i = 0; i < whole.getInputCount(); i++) {
            if (i >= before.getInputArgCount() || signature.getInputArgList().contains(before.getInputArg(i))) {
                call.addInput(whole.getInput(i));
            }
        }
        TensorShapeProto shape =
                whole.getAttrOrThrow(Attributes.SHAPES).getList().getShape(port);
        return call.putAttr(
                        "f",
                        Attributes.of(NameAttrList.newBuilder()
                                .setName(signature.getName())
                                .build()))
                .putAttr("Tin", types(signature.getInputArgList()))
                .putAttr("Tout", types(signature.getOutputArgList()))
                .putAttr(
                        Attributes.SHAPES,
                        AttrValue.newBuilder()
                                .setList(AttrValue.ListValue.newBuilder().addShape(shape))
                                .build())
                .build();
    }

    private static AttrValue types(List<OpDef.ArgDef> arguments) {
        return Attributes.types(arguments.stream().map(OpDef.ArgDef::getType).toList());
    }

    /** Whether a function is element-wise and two of its results need the same nonlinearity. */
    private static boolean sharesNonlinearity(FunctionDef function) {
        boolean elementwise = function.getNodeDefList().stream()
                .allMatch(node -> ELEMENTWISE.contains(node.getOp()) || CURVES.contains(node.getOp()));
        if (!elementwise || function.getSignature().getOutputArgCount() < 2) {
            return false;
        }
        List<Set<String>> needed = IntStream.range(0, function.getSignature().getOutputArgCount())
                .mapToObj(result -> FunctionLibrary.needed(function, result))
                .toList();
        return function.getNodeDefList().stream()
                .filter(node -> CURVES.contains(node.getOp()))
                .anyMatch(curve -> needed.stream()
                                .filter(names -> names.contains(curve.getName()))
                                .count()
                        > 1);
    }
}
