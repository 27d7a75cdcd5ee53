package dev.lancet.tests.surgery;

import dev.lancet.surgery.VariableLoading;
import java.util.Map;
import org.tensorflow.Graph;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.TensorShapeProto;
import org.tensorflow.types.TBfloat16;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TUint8;

/** A graph in a session, its variables filled with {@code float[]}, {@code short[]} (bfloat16) or {@code byte[]}. */
final class Running implements AutoCloseable {

    private final Graph graph = new Graph();
    private final Session session;

    Running(GraphDef definition, Map<String, Object> variables) {
        graph.importGraphDef(VariableLoading.into(definition));
        session = new Session(graph);
        for (NodeDef node : definition.getNodeList()) {
            if (node.getOp().equals("VarHandleOp")) {
                Object values = variables.get(node.getName());
                if (values == null) {
                    throw new IllegalArgumentException("nothing to fill " + node.getName() + " with");
                }
                try (Tensor tensor = tensor(values, shape(node))) {
                    session.runner()
                            .feed(VariableLoading.feed(node.getName()), tensor)
                            .addTarget(VariableLoading.assign(node.getName()))
                            .run()
                            .close();
                }
            }
        }
    }

    private static Shape shape(NodeDef node) {
        return Shape.of(node.getAttrOrThrow("shape").getShape().getDimList().stream()
                .mapToLong(TensorShapeProto.Dim::getSize)
                .toArray());
    }

    private static Tensor tensor(Object values, Shape shape) {
        if (values instanceof short[] halves) {
            return TBfloat16.tensorOf(
                    shape, tensor -> tensor.asRawTensor().data().asShorts().write(halves));
        }
        if (values instanceof byte[] bytes) {
            return TUint8.tensorOf(shape, DataBuffers.of(bytes, true, false));
        }
        return TFloat32.tensorOf(shape, DataBuffers.of((float[]) values, true, false));
    }

    float[] floats(Map<String, Tensor> feeds, String fetch) {
        Session.Runner runner = session.runner().fetch(fetch);
        feeds.forEach(runner::feed);
        try (Result result = runner.run()) {
            TFloat32 tensor = (TFloat32) result.get(0);
            float[] values = new float[Math.toIntExact(tensor.size())];
            tensor.asRawTensor().data().asFloats().read(values);
            return values;
        }
    }

    static TFloat32 floats(float[] values, long... dims) {
        return TFloat32.tensorOf(Shape.of(dims), DataBuffers.of(values, true, false));
    }

    static TInt32 ints(int[] values, long... dims) {
        return TInt32.tensorOf(Shape.of(dims), DataBuffers.of(values, true, false));
    }

    @Override
    public void close() {
        session.close();
        graph.close();
    }
}
