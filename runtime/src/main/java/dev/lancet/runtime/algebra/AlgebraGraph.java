package dev.lancet.runtime.algebra;

import dev.lancet.runtime.natives.TensorFlowLibrary;
import org.tensorflow.DeviceSpec;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.linalg.MatMul;
import org.tensorflow.op.linalg.Qr;
import org.tensorflow.op.linalg.Svd;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;

/** The graph of all operations: one named node for each, over the placeholders {@code a} and {@code b}. */
final class AlgebraGraph {

    private AlgebraGraph() {}

    static Graph build() {
        TensorFlowLibrary.load();
        Graph graph = new Graph();
        Ops tf = Ops.create(graph);
        Operand<TFloat32> a = matrix(tf, "a");
        Operand<TFloat32> b = matrix(tf, "b");
        for (boolean left : new boolean[] {false, true}) {
            for (boolean right : new boolean[] {false, true}) {
                tf.withName(product(left, right))
                        .linalg
                        .matMul(a, b, MatMul.transposeA(left), MatMul.transposeB(right));
            }
        }
        Ops cpu = tf.withDevice(
                DeviceSpec.newBuilder().deviceType(DeviceSpec.DeviceType.CPU).build());
        Operand<TFloat64> wide = cpu.dtypes.cast(a, TFloat64.class);
        Svd<TFloat64> svd = cpu.linalg.svd(wide, Svd.computeUv(true), Svd.fullMatrices(false));
        cpu.withName("svd.u").dtypes.cast(svd.u(), TFloat32.class);
        cpu.withName("svd.values").identity(svd.s());
        cpu.withName("svd.v").dtypes.cast(svd.v(), TFloat32.class);
        Svd<TFloat64> values = cpu.linalg.svd(wide, Svd.computeUv(false), Svd.fullMatrices(false));
        cpu.withName("values").identity(values.s());
        cpu.withName("basis")
                .dtypes
                .cast(cpu.linalg.qr(wide, Qr.fullMatrices(false)).q(), TFloat32.class);
        return graph;
    }

    static String product(boolean transposeLeft, boolean transposeRight) {
        return "product" + (transposeLeft ? ".t" : ".n") + (transposeRight ? "t" : "n");
    }

    private static Operand<TFloat32> matrix(Ops tf, String name) {
        return tf.withName(name).placeholder(TFloat32.class, Placeholder.shape(Shape.of(-1, -1)));
    }
}
