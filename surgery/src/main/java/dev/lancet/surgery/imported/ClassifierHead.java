package dev.lancet.surgery.imported;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.weights.HostTensor;
import dev.lancet.surgery.graph.Attributes;
import dev.lancet.surgery.graph.ConstantTensors;
import dev.lancet.surgery.graph.GraphBuilder;
import dev.lancet.surgery.graph.GraphView;
import dev.lancet.surgery.graph.Input;
import dev.lancet.surgery.graph.Ops;
import dev.lancet.surgery.graph.TensorType;
import dev.lancet.surgery.graph.Value;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.TensorInfo;

/**
 * Draws the nodes that give a signature the output {@link #PROBABILITIES}, {@code [batch, classes]}.
 *
 * <p>A new head takes features {@code [batch, width]}:
 *
 * <pre>
 * classifier.product       = MatMul(features, classifier.weight)       classifier.weight = Variable [width, classes]
 * classifier.scores        = AddV2(classifier.product, classifier.bias)  classifier.bias = Variable [classes]
 * classifier.probabilities = Softmax(classifier.scores)
 * </pre>
 *
 * Features {@code [batch, positions, width]} are averaged first over the positions whose mask is not 0.
 */
public final class ClassifierHead {

    /** The matrix of a new head, {@code [width, classes]}. */
    public static final String WEIGHT = "classifier.weight";

    /** The bias of a new head, {@code [classes]}. */
    public static final String BIAS = "classifier.bias";

    /** The output with the probability of every class, {@code [batch, classes]}. */
    public static final String PROBABILITIES = "probabilities";

    private static final String SOFTMAX = "classifier.probabilities";

    private final GraphBuilder builder = GraphBuilder.graph();
    private final Ops ops = new Ops(builder);

    private ClassifierHead() {}

    /**
     * A new head on an output.
     *
     * @param features the output, {@code [batch, width]} or {@code [batch, positions, width]}
     * @param mask the input of the signature that says which positions count; needed with positions only
     * @param weight the initial matrix, {@code [width, classes]}
     * @throws LancetException if the signature has no such output
     */
    public static GraphExtension on(MetaGraphDef meta, Objective features, Optional<String> mask, HostTensor weight) {
        ClassifierHead head = new ClassifierHead();
        TensorInfo info = features.outputOf(meta);
        Value x = value(info);
        int width = weight.spec().shape().get(0);
        int classes = weight.spec().shape().get(1);
        if (x.rank() == 3) {
            TensorInfo counts = features.signatureOf(meta).getInputsMap().get(mask.orElse(""));
            if (counts == null) {
                throw new IllegalArgumentException("head: " + mask + " is no input that masks positions");
            }
            x = head.pooled(x, value(counts), width);
        }
        Value product = head.ops.matmul(
                "classifier.product",
                x,
                false,
                head.builder.variable(WEIGHT, TensorType.of(DataType.DT_FLOAT, width, classes)),
                false);
        Value bias = head.builder.variable(BIAS, TensorType.of(DataType.DT_FLOAT, classes));
        head.ops.softmax(SOFTMAX, head.ops.add("classifier.scores", product, bias));
        return new GraphExtension(
                features.signature(),
                head.nodes(),
                Map.of(PROBABILITIES, probabilities(SOFTMAX + ":0", classes)),
                Map.of(
                        WEIGHT, ConstantTensors.floats(List.of((long) width, (long) classes), weight.floats()),
                        BIAS, ConstantTensors.floats(List.of((long) classes), new float[classes])));
    }

    /**
     * The probabilities of an output that has a score for every class already: their softmax, or the output itself if it is
     * a softmax.
     *
     * @param scores the output, {@code [batch, classes]}
     * @throws LancetException if the model has no such output
     */
    public static GraphExtension of(MetaGraphDef meta, Objective scores) {
        TensorInfo info = scores.outputOf(meta);
        int classes = scores.classes(meta);
        if (TrainableGraph.softmax(GraphView.of(meta.getGraphDef()), Input.parse(info.getName()))
                .isPresent()) {
            return new GraphExtension(
                    scores.signature(),
                    List.of(),
                    Map.of(PROBABILITIES, probabilities(info.getName(), classes)),
                    Map.of());
        }
        ClassifierHead head = new ClassifierHead();
        head.ops.softmax(SOFTMAX, value(info));
        return new GraphExtension(
                scores.signature(),
                head.nodes(),
                Map.of(PROBABILITIES, probabilities(SOFTMAX + ":0", classes)),
                Map.of());
    }

    /** The mean of the features over the positions that count, {@code [batch, width]}. */
    private Value pooled(Value features, Value mask, long width) {
        Value counts = mask.type() == DataType.DT_FLOAT ? mask : ops.cast("classifier.mask", mask, DataType.DT_FLOAT);
        Value columns = builder.node("classifier.mask.column", "ExpandDims")
                .in(counts, ops.constant("classifier.mask.axis", 2))
                .with("T", DataType.DT_FLOAT)
                .with("Tdim", DataType.DT_INT32)
                .gives(TensorType.of(DataType.DT_FLOAT, -1, -1, 1));
        Value kept = ops.mul("classifier.kept", features, columns);
        Value positions = ops.ints("classifier.positions", 1);
        Value sum = ops.reduce("classifier.sum", "Sum", kept, positions, false, List.of(-1L, width));
        Value count = ops.reduce("classifier.count", "Sum", counts, positions, true, List.of(-1L, 1L));
        // A row without any position that counts gets 0 instead of an infinite mean.
        Value least =
                ops.binary("classifier.count.positive", "Maximum", count, ops.constant("classifier.count.least", 1f));
        return ops.binary("classifier.pooled", "RealDiv", sum, least);
    }

    private static Value value(TensorInfo info) {
        Input input = Input.parse(info.getName());
        return new Value(input.node(), input.port(), info.getDtype(), Attributes.dims(info.getTensorShape()));
    }

    private static TensorInfo probabilities(String tensor, int classes) {
        return TensorInfo.newBuilder()
                .setName(tensor)
                .setDtype(DataType.DT_FLOAT)
                .setTensorShape(Attributes.shape(List.of(-1L, (long) classes)))
                .build();
    }

    /** The nodes without shapes, which the graph around them does not declare either. */
    private List<NodeDef> nodes() {
        return builder.toGraph().getNodeList().stream()
                .map(node -> node.toBuilder().removeAttr(Attributes.SHAPES).build())
                .toList();
    }
}
