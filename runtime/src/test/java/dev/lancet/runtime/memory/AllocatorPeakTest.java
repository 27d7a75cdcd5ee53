package dev.lancet.runtime.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lancet.runtime.device.ResolvedDevice;
import dev.lancet.runtime.engine.Engine;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.VarHandleOp;
import org.tensorflow.proto.AllocationRecord;
import org.tensorflow.proto.AllocatorMemoryUsed;
import org.tensorflow.proto.DeviceStepStats;
import org.tensorflow.proto.NodeExecStats;
import org.tensorflow.proto.RunMetadata;
import org.tensorflow.proto.StepStats;
import org.tensorflow.types.TFloat32;

/** What is told of runs whose need can be worked out by hand. */
class AllocatorPeakTest {

    /** Rows and columns of a matrix of 8 MB. */
    private static final int SIDE = 1448;

    private static final long MATRIX = 4L * SIDE * SIDE;
    private static final ResolvedDevice CARD = new ResolvedDevice(OptionalInt.of(0), 1);

    @Test
    void two_products_needed_together_take_twice_the_memory_of_two_in_sequence() {
        AllocatorPeak together = traced(tf -> {
            Operand<TFloat32> x = variable(tf, "x");
            return mean(tf, tf.math.add(tf.linalg.matMul(x, x), tf.linalg.matMul(x, x)));
        });
        AllocatorPeak apart = traced(tf -> {
            Operand<TFloat32> x = variable(tf, "x");
            Operand<TFloat32> first = mean(tf, tf.linalg.matMul(x, x));
            Ops after = tf.withControlDependencies(first);
            return tf.math.add(first, mean(tf, after.linalg.matMul(x, x)));
        });

        assertThat(together.temporaries()).isCloseTo(2 * MATRIX, within(MATRIX / 50));
        assertThat(apart.temporaries()).isCloseTo(MATRIX, within(MATRIX / 50));
        assertThat(List.of(together, apart)).allSatisfy(peak -> {
            assertThat(peak.variables()).isEqualTo(MATRIX);
            assertThat(peak.peak()).isEqualTo(peak.variables() + peak.temporaries());
        });
    }

    @Test
    void outputs_that_reuse_an_input_buffer_take_no_memory() {
        AllocatorPeak peak = traced(tf -> {
            Operand<TFloat32> x = variable(tf, "x");
            return mean(tf, tf.math.exp(tf.math.neg(tf.math.square(tf.linalg.matMul(x, x)))));
        });
        assertThat(peak.temporaries()).isCloseTo(MATRIX, within(MATRIX / 50));
    }

    @Test
    void fed_tensors_count() {
        AtomicReference<AllocatorPeak> told = new AtomicReference<>();
        try (Graph graph = new Graph()) {
            Ops tf = Ops.create(graph);
            var fed = tf.withName("fed").placeholder(TFloat32.class);
            tf.withName("out").linalg.matMul(fed, fed);
            try (Engine engine = Engine.literal(graph.toGraphDef());
                    TFloat32 matrix = TFloat32.tensorOf(Shape.of(SIDE, SIDE))) {
                Session.Runner runner = engine.runner().feed("fed", matrix).fetch("out");
                try (var result = engine.traced(runner, told::set)) {
                    assertThat(result.get(0).shape()).isEqualTo(Shape.of(SIDE, SIDE));
                }
            }
        }
        assertThat(told.get().temporaries()).isCloseTo(2 * MATRIX, within(MATRIX / 50));
        assertThat(told.get().variables()).isZero();
    }

    @Test
    void the_allocator_of_a_card_is_believed_and_memory_of_the_machine_does_not_count() {
        RunMetadata trace = trace(
                device("/job:localhost/replica:0/task:0/device:CPU:0", used("cpu", 0, 9_000, 1, 8)),
                device(
                        "/job:localhost/replica:0/task:0/device:GPU:0",
                        used("GPU_0_bfc", 700, 100, 1, 4),
                        used("GPU_0_bfc", 900, 200, 3, 5),
                        used("GPU_0_bfc", 800, 50, 6, 7),
                        used("gpu_host_bfc", 5_000, 400, 1, 9)));

        // 600 before it: 700 after the first operator, which still held its 100.
        assertThat(AllocatorPeak.of(trace, CARD, 500, true)).hasValue(new AllocatorPeak(900, 500, 300));
    }

    @Test
    void an_allocator_that_does_not_count_leaves_the_sum() {
        RunMetadata trace = trace(device("/device:GPU:0", used("gpu_async_0", 0, 100, 1, 4)));
        assertThat(AllocatorPeak.of(trace, CARD, 600, false)).hasValue(new AllocatorPeak(700, 600, 100));
    }

    @Test
    void a_processor_that_counts_sees_more_than_operators_record() {
        RunMetadata trace =
                trace(device("/device:CPU:0", used("bfc_cpu", 150, 100, 1, 4), used("bfc_cpu", 400, 50, 6, 7)));
        assertThat(AllocatorPeak.of(trace, ResolvedDevice.cpu(), 600, true)).hasValue(new AllocatorPeak(950, 600, 350));
    }

    @Test
    void no_peak_is_reported_for_xla_functions_without_a_counting_allocator() {
        RunMetadata trace = trace(device("/device:CPU:0", used("cpu", 0, 100, 1, 4)));
        assertThat(AllocatorPeak.of(trace, ResolvedDevice.cpu(), 600, true)).isEmpty();
    }

    @Test
    void memory_released_and_taken_in_the_same_microsecond_does_not_add_up() {
        RunMetadata trace = trace(device("/device:CPU:0", used("cpu", 0, 100, 1, 4), used("cpu", 0, 60, 4, 5)));
        assertThat(AllocatorPeak.of(trace, ResolvedDevice.cpu(), 0, false)).hasValue(new AllocatorPeak(100, 0, 100));
    }

    private interface Drawing {
        Operand<TFloat32> on(Ops tf);
    }

    private static AllocatorPeak traced(Drawing drawing) {
        AtomicReference<AllocatorPeak> told = new AtomicReference<>();
        try (Graph graph = new Graph()) {
            Ops tf = Ops.create(graph);
            tf.withName("out").identity(drawing.on(tf));
            try (Engine engine = Engine.literal(graph.toGraphDef())) {
                engine.run("x.start");
                engine.traced(engine.runner().fetch("out"), told::set).close();
            }
        }
        return told.get();
    }

    private static Operand<TFloat32> variable(Ops tf, String name) {
        VarHandleOp handle =
                tf.withName(name).varHandleOp(TFloat32.class, Shape.of(SIDE, SIDE), VarHandleOp.sharedName(name));
        tf.withName(name + ".start").assignVariableOp(handle, tf.fill(tf.array(SIDE, SIDE), tf.constant(0.01f)));
        return tf.readVariableOp(handle, TFloat32.class);
    }

    private static Operand<TFloat32> mean(Ops tf, Operand<TFloat32> matrix) {
        return tf.math.mean(matrix, tf.array(0, 1));
    }

    private static RunMetadata trace(DeviceStepStats... devices) {
        return RunMetadata.newBuilder()
                .setStepStats(StepStats.newBuilder().addAllDevStats(List.of(devices)))
                .build();
    }

    private static DeviceStepStats device(String name, AllocatorMemoryUsed... used) {
        DeviceStepStats.Builder device = DeviceStepStats.newBuilder().setDevice(name);
        for (AllocatorMemoryUsed one : used) {
            device.addNodeStats(NodeExecStats.newBuilder().setNodeName("n").addMemory(one));
        }
        return device.build();
    }

    private static AllocatorMemoryUsed used(String allocator, long inUse, long bytes, long taken, long given) {
        return AllocatorMemoryUsed.newBuilder()
                .setAllocatorName(allocator)
                .setAllocatorBytesInUse(inUse)
                .setLiveBytes(bytes)
                .addAllocationRecords(
                        AllocationRecord.newBuilder().setAllocMicros(taken).setAllocBytes(bytes))
                .addAllocationRecords(
                        AllocationRecord.newBuilder().setAllocMicros(given).setAllocBytes(-bytes))
                .build();
    }
}
