package dev.lancet.runtime.device;

import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.FunctionDefLibrary;
import org.tensorflow.proto.GPUOptions;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;

/**
 * An existing device, and its names in sessions and graphs.
 *
 * @param gpu the number of the GPU, or empty for the processor
 * @param share the fraction of the GPU's memory that may be taken
 */
public record ResolvedDevice(OptionalInt gpu, double share) {

    private static final String CPU = "/device:CPU:0";

    /** Decompositions; TensorFlow has no GPU kernels for them, or slower ones than those of the processor. */
    private static final Set<String> PINNED = Set.of("Svd", "Qr", "SelfAdjointEigV2", "Eig");

    /** The processor. */
    public static ResolvedDevice cpu() {
        return new ResolvedDevice(OptionalInt.empty(), 1);
    }

    static ResolvedDevice gpu(int index, double share) {
        return new ResolvedDevice(OptionalInt.of(index), share);
    }

    /** Whether it is a GPU. */
    public boolean isGpu() {
        return gpu.isPresent();
    }

    /** Its name in graphs. */
    public String device() {
        return isGpu() ? "/device:GPU:" + gpu.getAsInt() : CPU;
    }

    /**
     * The session settings for this device. On the processor, the session sees no GPU and takes no GPU memory. On a GPU,
     * it takes memory as needed, and an op without a GPU kernel runs on the processor.
     */
    public ConfigProto.Builder config() {
        if (!isGpu()) {
            return ConfigProto.newBuilder().putDeviceCount("GPU", 0).setAllowSoftPlacement(true);
        }
        GPUOptions.Builder memory = GPUOptions.newBuilder().setAllowGrowth(true);
        if (share < 1) {
            memory.setPerProcessGpuMemoryFraction(share);
        }
        return ConfigProto.newBuilder().setAllowSoftPlacement(true).setGpuOptions(memory);
    }

    /**
     * The graph with a device for every node: decompositions on the processor, all other nodes without a device on the
     * GPU; also in functions. Other nodes in function bodies follow their calls. For the processor the graph is returned
     * unchanged.
     */
    public GraphDef of(GraphDef graph) {
        if (!isGpu()) {
            return graph;
        }
        String device = device();
        GraphDef.Builder placed = graph.toBuilder().clearNode().addAllNode(placed(graph.getNodeList(), device));
        FunctionDefLibrary.Builder library = placed.getLibraryBuilder();
        for (int i = 0; i < library.getFunctionCount(); i++) {
            FunctionDef body = library.getFunction(i);
            library.setFunction(i, body.toBuilder().clearNodeDef().addAllNodeDef(placed(body.getNodeDefList(), "")));
        }
        return placed.build();
    }

    private static List<NodeDef> placed(List<NodeDef> nodes, String usual) {
        return nodes.stream()
                .map(node -> node.getDevice().isEmpty()
                        ? node.toBuilder()
                                .setDevice(PINNED.contains(node.getOp()) ? CPU : usual)
                                .build()
                        : node)
                .toList();
    }

    /** {@code cpu} or {@code gpu:0}. */
    @Override
    public String toString() {
        return isGpu() ? "gpu:" + gpu.getAsInt() : "cpu";
    }
}
