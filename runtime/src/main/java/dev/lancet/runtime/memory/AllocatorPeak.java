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
 * How much of a device's memory one run of a session took, as TensorFlow's own allocators tell: what a trace of the run says of each
 * operator ({@code StepStats}, {@code AllocatorMemoryUsed}). Tensors that an operator makes from buffers of its inputs take nothing.
 *
 * <p>An allocator of TensorFlow's own (BFC), as a GPU has one, counts what is in use, and is asked after each operator. So on a GPU the
 * peak has all that this process holds there, whichever session it belongs to, without what an operator gave back before it ended, as
 * scratch inside of what XLA compiled. The processor's allocator is {@code malloc} and counts nothing: there the peak is the sum of
 * variables and temporaries, and nothing is told of a graph with functions that XLA compiles, for what those hold is recorded nowhere.
 * With {@code TF_CPU_ALLOCATOR_USE_BFC=true} in the environment before the process starts the processor counts too.
 *
 * @param peak the most bytes that were held at one time: variables, and tensors of the run
 * @param variables bytes of the session's variables, by their shapes
 * @param temporaries the most bytes at one time of what was fed and what operators allocated and had not given back. A variable that
 *     gets a new array counts twice from then on, once here, for nothing tells when the old one went
 */
public record AllocatorPeak(long peak, long variables, long temporaries) {

    /** With it the processor has an allocator that counts; what TensorFlow takes for yes. */
    private static final String COUNTING = "TF_CPU_ALLOCATOR_USE_BFC";

    private static final Set<String> COUNTED = Set.of("true", "1");

    /** A tensor that was fed is the output of a node whose name begins so. */
    private static final String FED = "_arg_";

    /** A change of what is held, at a time in microseconds. */
    private record Change(long time, long bytes) {}

    /** What a run that is to be traced is run with: operators and allocations, without CUDA's own tracing, which is slow. */
    public static RunOptions tracing() {
        return RunOptions.newBuilder()
                .setTraceLevel(RunOptions.TraceLevel.SOFTWARE_TRACE)
                .build();
    }

    /** Whether a trace of a device would have all that was held in it. */
    public static boolean tells(ResolvedDevice device, boolean compiled) {
        return device.isGpu() || !compiled || COUNTED.contains(Objects.requireNonNullElse(System.getenv(COUNTING), ""));
    }

    /**
     * What a trace says of a device; empty if not all that was held is in it.
     *
     * @param variables bytes of the session's variables
     * @param compiled whether XLA compiles some of the graph
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

    /** {@code GPU_0_bfc} and {@code gpu_async_0} are; {@code gpu_host_bfc} and {@code cpu} lie in the machine's memory. */
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

    /** The highest sum of what was allocated and not given back; of what happened in one microsecond, what was given back first. */
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
