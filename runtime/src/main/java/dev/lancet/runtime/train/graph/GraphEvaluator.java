package dev.lancet.runtime.train.graph;

import dev.lancet.dsl.LancetException;
import dev.lancet.runtime.device.ResolvedDevice;
import dev.lancet.runtime.engine.Engine;
import dev.lancet.runtime.engine.TensorTransfer;
import dev.lancet.surgery.VariableLoading;
import dev.lancet.surgery.imported.ImportedSurgery;
import dev.lancet.surgery.imported.Objective;
import dev.lancet.surgery.imported.TrainableGraph;
import java.nio.ByteBuffer;
import java.util.function.Function;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.TensorInfo;

/** Evaluates one output of an imported graph. */
public final class GraphEvaluator {

    private static final int BATCH = 256;

    private GraphEvaluator() {}

    /**
     * The values of a float output for all rows, one row after the other.
     *
     * @throws LancetException if the output is not float, or the examples do not fit the signature
     */
    public static float[] read(
            ImportedSurgery surgery,
            Objective objective,
            Examples examples,
            ResolvedDevice device,
            Function<String, ByteBuffer> values) {
        TensorInfo output = objective.outputOf(surgery.meta());
        if (output.getDtype() != DataType.DT_FLOAT) {
            throw new LancetException("output: '" + objective.output() + "' is " + output.getDtype()
                    + "; only float outputs can be read");
        }
        GraphDef graph = VariableLoading.into(TrainableGraph.forward(surgery, objective));
        float[] all = {};
        try (Engine engine = Engine.literal(graph, device)) {
            engine.assign(engine.variables(), values);
            for (int from = 0; from < examples.count(); from += BATCH) {
                int to = Math.min(examples.count(), from + BATCH);
                try (GraphFeeds feeds = new GraphFeeds(engine.runner())) {
                    feeds.put(examples.between(from, to), objective.signatureOf(surgery.meta()));
                    try (Result result = feeds.fetch(output.getName()).run(Session.Runner::run)) {
                        all = put(all, from, to, examples.count(), result.get(0));
                    }
                }
            }
        }
        return all;
    }

    /**
     * The fraction of rows whose largest score is that of the label.
     *
     * @param scores {@code [rows · classes]}, row by row
     * @param labels the class of every row, {@code [rows]}
     * @throws LancetException if there are no labels
     */
    public static double accuracy(float[] scores, int[] labels) {
        if (labels.length == 0) {
            throw new LancetException("examples: they have no classes; give them with labels(...)");
        }
        int classes = scores.length / labels.length;
        int right = 0;
        for (int row = 0; row < labels.length; row++) {
            int best = 0;
            for (int i = 1; i < classes; i++) {
                best = scores[row * classes + i] > scores[row * classes + best] ? i : best;
            }
            right += best == labels[row] ? 1 : 0;
        }
        return (double) right / labels.length;
    }

    private static float[] put(float[] all, int from, int to, int rows, Tensor tensor) {
        float[] some = TensorTransfer.floats(tensor);
        int width = some.length / (to - from);
        float[] whole = from == 0 ? new float[rows * width] : all;
        System.arraycopy(some, 0, whole, from * width, some.length);
        return whole;
    }
}
