package dev.lancet.surgery.pass;

import dev.lancet.surgery.gradient.Backward;
import dev.lancet.surgery.graph.Attributes;
import dev.lancet.surgery.graph.GraphFunction;
import dev.lancet.surgery.graph.GraphView;
import dev.lancet.surgery.graph.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NameAttrList;
import org.tensorflow.proto.NodeDef;

/**
 * Turns forward and backward pass, including the matrix products, into one function that XLA compiles. Its arguments are
 * the fed tensors and the values of the variables; its results are the loss and the gradients. The updates stay outside.
 *
 * <pre>
 * loss   = Op(ids, X.read, ...)              step   = &#64;step(ids, X.read, ...)    must be compiled
 * X.grad = Op(...)                     -&gt;    loss   = Identity(step:0)
 *                                            X.grad = Identity(step:1)
 * </pre>
 *
 * A run that fetches only the loss computes the gradients as well.
 */
final class WholeStep {

    private static final String NAME = "step";
    private static final Set<String> GIVEN = Set.of("Placeholder", "ReadVariableOp");
    private static final String LOSS = "loss";

    private final GraphView view;

    private WholeStep(GraphView view) {
        this.view = view;
    }

    /** The graph with gradients and without updates, as a call. */
    static GraphDef of(GraphDef graph) {
        return new WholeStep(GraphView.of(graph)).called();
    }

    private GraphDef called() {
        List<String> results = results();
        GraphFunction step = GraphFunction.of(view, results, node -> GIVEN.contains(node.op()));
        GraphDef.Builder graph = view.definition().toBuilder().clearNode();
        view.nodes().stream().filter(node -> !step.contains(node)).forEach(node -> graph.addNode(node.definition()));
        graph.addNode(call(results, step.arguments()));
        for (int i = 0; i < results.size(); i++) {
            graph.addNode(NodeDef.newBuilder()
                    .setName(results.get(i))
                    .setOp("Identity")
                    .addInput(i == 0 ? NAME : NAME + ":" + i)
                    .putAttr("T", Attributes.of(DataType.DT_FLOAT))
                    .putAttr(Attributes.SHAPES, shapes(results.get(i))));
        }
        graph.getLibraryBuilder().addFunction(step.named(NAME));
        return graph.build();
    }

    private List<String> results() {
        List<String> results = new ArrayList<>(List.of(LOSS));
        view.nodes().stream()
                .filter(node -> node.is("VarHandleOp"))
                .map(node -> Backward.gradientOf(node.name()))
                .filter(name -> view.find(name).isPresent())
                .forEach(results::add);
        return results;
    }

    private NodeDef call(List<String> results, Map<String, TensorType> given) {
        AttrValue.ListValue.Builder shapes = AttrValue.ListValue.newBuilder();
        results.forEach(result -> shapes.addShape(shapes(result).getList().getShape(0)));
        return NodeDef.newBuilder()
                .setName(NAME)
                .setOp("PartitionedCall")
                .addAllInput(given.keySet())
                .putAttr(
                        "f",
                        Attributes.of(NameAttrList.newBuilder().setName(NAME).build()))
                .putAttr(
                        "Tin",
                        Attributes.types(
                                given.values().stream().map(TensorType::type).toList()))
                .putAttr(
                        "Tout",
                        Attributes.types(
                                results.stream().map(any -> DataType.DT_FLOAT).toList()))
                .putAttr("config", Attributes.of(""))
                .putAttr("config_proto", Attributes.of(""))
                .putAttr("executor_type", Attributes.of(""))
                .putAttr(
                        Attributes.SHAPES,
                        AttrValue.newBuilder().setList(shapes).build())
                .putAttr(XlaCompilation.MARK, Attributes.of(true))
                .build();
    }

    private AttrValue shapes(String node) {
        return view.node(node).definition().getAttrOrThrow(Attributes.SHAPES);
    }
}
