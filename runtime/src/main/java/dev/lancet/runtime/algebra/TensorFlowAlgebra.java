package dev.lancet.runtime.algebra;

import dev.lancet.compression.matrix.Matrix;
import dev.lancet.compression.svd.LinearAlgebra;
import dev.lancet.compression.svd.Svd;
import dev.lancet.runtime.device.ResolvedDevice;
import java.util.List;
import org.tensorflow.Graph;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;

/**
 * {@link LinearAlgebra} by TensorFlow's kernels: one small graph and one session; every tensor is freed before a call
 * returns. Everything runs on the CPU, where TensorFlow's decompositions are fast; decompositions run in float64,
 * products in float32.
 */
public final class TensorFlowAlgebra implements LinearAlgebra, AutoCloseable {

    private final Graph graph;
    private final Session session;

    /** Builds the graph and its session. */
    public TensorFlowAlgebra() {
        graph = AlgebraGraph.build();
        session = new Session(graph, ResolvedDevice.cpu().config().build());
    }

    @Override
    public Svd svd(Matrix matrix) {
        try (TFloat32 a = tensor(matrix);
                Result out = run(List.of("svd.u", "svd.values", "svd.v"), a)) {
            return new Svd(matrix(out.get(0)), doubles(out.get(1)), matrix(out.get(2)));
        }
    }

    @Override
    public double[] singularValues(Matrix matrix) {
        try (TFloat32 a = tensor(matrix);
                Result out = run(List.of("values"), a)) {
            return doubles(out.get(0));
        }
    }

    @Override
    public Matrix orthonormal(Matrix matrix) {
        try (TFloat32 a = tensor(matrix);
                Result out = run(List.of("basis"), a)) {
            return matrix(out.get(0));
        }
    }

    @Override
    public Matrix product(Matrix left, boolean transposeLeft, Matrix right, boolean transposeRight) {
        try (TFloat32 a = tensor(left);
                TFloat32 b = tensor(right);
                Result out = session.runner()
                        .feed("a", a)
                        .feed("b", b)
                        .fetch(AlgebraGraph.product(transposeLeft, transposeRight))
                        .run()) {
            return matrix(out.get(0));
        }
    }

    private Result run(List<String> outputs, TFloat32 a) {
        Session.Runner runner = session.runner().feed("a", a);
        outputs.forEach(runner::fetch);
        return runner.run();
    }

    private static TFloat32 tensor(Matrix matrix) {
        return TFloat32.tensorOf(
                Shape.of(matrix.rows(), matrix.columns()), DataBuffers.of(matrix.values(), true, false));
    }

    private static Matrix matrix(Tensor tensor) {
        float[] values = new float[Math.toIntExact(tensor.size())];
        ((TFloat32) tensor).asRawTensor().data().asFloats().read(values);
        return Matrix.of(
                Math.toIntExact(tensor.shape().get(0)),
                Math.toIntExact(tensor.shape().get(1)),
                values);
    }

    private static double[] doubles(Tensor tensor) {
        double[] values = new double[Math.toIntExact(tensor.size())];
        ((TFloat64) tensor).asRawTensor().data().asDoubles().read(values);
        return values;
    }

    @Override
    public void close() {
        session.close();
        graph.close();
    }
}
