package dev.lancet.runtime.engine;

import dev.lancet.runtime.device.ResolvedDevice;
import dev.lancet.runtime.natives.TensorFlowLibrary;
import java.util.Locale;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TBfloat16;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TNumber;

/**
 * How fast a device of this machine is at products of bfloat16: many times faster than at float32 where the processor has a matrix unit
 * for them (AMX), often slower where it has not.
 *
 * @param speedup time of a product in float32 over the time of it in bfloat16
 */
public record Bfloat16Benchmark(double speedup) {

    private static final int ROWS = 1024;
    private static final int WIDTH = 512;
    private static final int PRODUCTS = 4;
    private static final int RUNS = 5;
    /** Casts between the two take time as well. */
    private static final double WORTH = 1.2;

    /** Measures, in about a tenth of a second on a processor. */
    public static Bfloat16Benchmark on(ResolvedDevice device) {
        TensorFlowLibrary.load();
        return new Bfloat16Benchmark((double) best(device, TFloat32.class) / best(device, TBfloat16.class));
    }

    /** Whether mixed precision is faster than float32. */
    public boolean worth() {
        return speedup >= WORTH;
    }

    /** What was measured, in words. */
    @Override
    public String toString() {
        return String.format(Locale.ROOT, "products of bfloat16 are %.2f times as fast as of float32 here", speedup);
    }

    /** Nanoseconds of a chain of products, the least of several runs. */
    private static <T extends TNumber> long best(ResolvedDevice device, Class<T> type) {
        try (Graph graph = new Graph()) {
            Ops tf = Ops.create(graph);
            Operand<T> rows = tf.dtypes.cast(tf.fill(tf.array(ROWS, WIDTH), tf.constant(1f)), type);
            Operand<T> square = tf.dtypes.cast(tf.fill(tf.array(WIDTH, WIDTH), tf.constant(1f / WIDTH)), type);
            for (int i = 0; i < PRODUCTS; i++) {
                rows = tf.linalg.matMul(rows, square);
            }
            String last = rows.op().name();
            try (Graph placed = new Graph()) {
                placed.importGraphDef(device.of(graph.toGraphDef()));
                return best(placed, last, device);
            }
        }
    }

    private static long best(Graph graph, String last, ResolvedDevice device) {
        try (Session session = new Session(graph, device.config().build())) {
            long best = Long.MAX_VALUE;
            for (int run = 0; run < RUNS; run++) {
                long start = System.nanoTime();
                session.runner().addTarget(last).run().close();
                best = Math.min(best, System.nanoTime() - start);
            }
            return best;
        }
    }
}
