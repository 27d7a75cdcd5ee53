package dev.lancet.runtime.memory;

import dev.lancet.runtime.device.ResolvedDevice;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.tensorflow.proto.AllocationRecord;
import org.tensorflow.proto.AllocatorMemoryUsed;
import org.tensorflow.proto.NodeExecStats;
import org.tensorflow.proto.RunMetadata;
import org.tensorflow.proto.RunOptions;

/**
 * The device memory that one session run took, from the trace of the run: TensorFlow's allocators record the memory of
 * each operator ({@code StepStats}, {@code AllocatorMemoryUsed}). A tensor that reuses the buffer of an input takes no
 * memory.
 *
 * <p>A GPU has an allocator of TensorFlow's own (BFC). It counts the memory in use, and the trace records the count after
 * each operator. On a GPU the peak therefore includes everything that this process holds there, whichever session it
 * belongs to, but not memory that an operator releases before it ends, such as scratch space of XLA code. The processor's
 * allocator is {@code malloc} and counts nothing; there the peak is the sum of variables and temporaries. No peak is
 * reported for a graph with XLA-compiled functions, because their memory is not recorded. If {@code
 * TF_CPU_ALLOCATOR_USE_BFC=true} is in the environment before the process starts, the processor's allocator counts too.
 *
 * @param peak the most bytes in use at one time: variables, and tensors of the run
 * @param variables bytes of the session's variables, by their shapes
 * @param temporaries the most bytes in use at one time for fed tensors and allocations of operators. A variable that
 *     gets a new array counts twice from then on, once here, because the trace does not say when the old array is
 *     released
 */
public record AllocatorPeak(long peak, long variables, long temporaries) {

    /** With this variable, the processor gets an allocator that counts. */
    private static final String COUNTING = "TF_CPU_ALLOCATOR_USE_BFC";

    private static final Set<String> COUNTED = Set.of("true", "1");

    /** A fed tensor is the output of a node whose name starts with this. */
    private static final String FED = "_arg_";

    /** A change of the memory in use, at a time in microseconds. */
    private record Change(long time, long bytes) {}

    /** The options of a traced run: operators and allocations, without CUDA's own tracing, which is slow. */
    public static RunOptions tracing() {
        return RunOptions.newBuilder()
                .setTraceLevel(RunOptions.TraceLevel.SOFTWARE_TRACE)
                .build();
    }

    /** Whether a trace of a device records all memory in use. */
    public static boolean tells(ResolvedDevice device, boolean compiled) {
        return device.isGpu() || !compiled || COUNTED.contains(Objects.requireNonNullElse(System.getenv(COUNTING), ""));
    }

    /**
     * The peak from a trace of a device; empty if the trace does not record all memory.
     *
     * @param variables bytes of the session's variables
     * @param compiled whether XLA compiles parts of the graph
     */
    public static Optional<AllocatorPeak> of(
            RunMetadata trace, ResolvedDevice place, long variables, boolean compiled) {
        List<NodeExecStats> nodes = trace.getStepStats().getDevStatsList().stream()
                .filter(device -> device.getDevice().endsWith(place.device()))
                .flatMap(device -> device.getNodeStatsList().stream())
                .toList();
        List<AllocatorMemoryUsed> used = nodes.stream()
                .flatMap(node -> node.getMemoryList().stream())
                .filter(memory -> !place.isGpu() || onCard(memory.getAllocatorName()))
                .toList();
        List<AllocatorMemoryUsed> counted = used.stream()
                .filter(memory -> memory.getAllocatorBytesInUse() > 0)
                .toList();
        if (compiled && counted.isEmpty()) {
            return Optional.empty();
        }
        long most = counted.stream()
                .mapToLong(AllocatorMemoryUsed::getAllocatorBytesInUse)
                .max()
                .orElse(0);
        long before = counted.stream()
                .mapToLong(memory -> memory.getAllocatorBytesInUse() - memory.getLiveBytes())
                .min()
                .orElse(0);
        long fed =
                place.isGpu() ? 0 : nodes.stream().mapToLong(AllocatorPeak::fed).sum();
        long temporaries = fed + Math.max(most(used), most - before);
        long peak = place.isGpu() && most > 0 ? most : variables + temporaries;
        return Optional.of(new AllocatorPeak(peak, variables, temporaries));
    }

    /**
     * {@code GPU_0_bfc} and {@code gpu_async_0} are on the GPU; {@code gpu_host_bfc} and {@code cpu} are in the machine's
     * memory.
     */
    private static boolean onCard(String allocator) {
        return allocator.startsWith("GPU_") || allocator.startsWith("gpu_async");
    }

    private static long fed(NodeExecStats node) {
        return node.getNodeName().startsWith(FED)
                ? node.getOutputList().stream()
                        .mapToLong(output -> output.getTensorDescription()
                                .getAllocationDescription()
                                .getRequestedBytes())
                        .sum()
                : 0;
    }

    /** The highest sum of allocated and not yet released bytes. Within one microsecond, releases count first. */
    private static long most(List<AllocatorMemoryUsed> used) {
        List<Change> changes = used.stream()
                .flatMap(AllocatorPeak::changes)
                .sorted(Comparator.comparingLong(Change::time).thenComparingLong(Change::bytes))
                .toList();
        long held = 0;
        long most = 0;
        for (Change change : changes) {
            held += change.bytes();
            most = Math.max(most, held);
        }
        return most;
    }

    private static Stream<Change> changes(AllocatorMemoryUsed memory) {
        return memory.getAllocationRecordsList().stream().map(AllocatorPeak::change);
    }

    private static Change change(AllocationRecord record) {
        return new Change(record.getAllocMicros(), record.getAllocBytes());
    }
}
