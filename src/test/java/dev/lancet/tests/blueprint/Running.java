package dev.lancet.tests.blueprint;

import dev.lancet.dsl.weights.HostTensor;
import dev.lancet.dsl.weights.Weights;
import dev.lancet.surgery.VariableLoading;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.tensorflow.Graph;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/** A graph in a session of its own, its variables filled. */
final class Running implements AutoCloseable {

    private final Graph graph = new Graph();
    private final Session session;

    Running(GraphDef definition, Weights weights) {
        graph.importGraphDef(VariableLoading.into(definition));
        session = new Session(graph);
        definition.getNodeList().stream()
                .filter(node -> node.getOp().equals("VarHandleOp"))
                .forEach(variable -> load(weights.read(variable.getName())));
    }

    private void load(HostTensor weight) {
        long[] dims =
                weight.spec().shape().stream().mapToLong(Number::longValue).toArray();
        try (Tensor tensor = floats(weight.floats(), dims)) {
            session.runner()
                    .feed(VariableLoading.feed(weight.name()), tensor)
                    .addTarget(VariableLoading.assign(weight.name()))
                    .run()
                    .close();
        }
    }

    /** Runs once; the fed tensors stay open. */
    List<float[]> floats(Map<String, Tensor> feeds, String... fetches) {
        Session.Runner runner = session.runner();
        feeds.forEach(runner::feed);
        for (String fetch : fetches) {
            runner.fetch(fetch);
        }
        List<float[]> values = new ArrayList<>();
        try (Result result = runner.run()) {
            for (int i = 0; i < fetches.length; i++) {
                values.add(floats((TFloat32) result.get(i)));
            }
        }
        return values;
    }

    static TFloat32 floats(float[] values, long... dims) {
        return TFloat32.tensorOf(Shape.of(dims), DataBuffers.of(values, true, false));
    }

    static TInt32 ints(int[] values, long... dims) {
        return TInt32.tensorOf(Shape.of(dims), DataBuffers.of(values, true, false));
    }

    private static float[] floats(TFloat32 tensor) {
        float[] values = new float[Math.toIntExact(tensor.size())];
        tensor.asRawTensor().data().asFloats().read(values);
        return values;
    }

    @Override
    public void close() {
        session.close();
        graph.close();
    }
}
