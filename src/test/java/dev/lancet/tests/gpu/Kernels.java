package dev.lancet.tests.gpu;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.lancet.surgery.graph.GraphView;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.tensorflow.TensorFlow;
import org.tensorflow.internal.c_api.TF_Buffer;
import org.tensorflow.internal.c_api.TF_Status;
import org.tensorflow.internal.c_api.global.tensorflow;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.KernelDef;
import org.tensorflow.proto.KernelList;
import org.tensorflow.proto.NodeDef;

/** What TensorFlow's library, as it is built, can compute on a device: no card is needed to ask it. */
final class Kernels {

    /** Not computed: calls are taken apart, and so is what a function is given and gives. */
    private static final Set<String> NO_KERNEL_WANTED = Set.of("PartitionedCall", "NoOp");

    /** Kernels that only look at shapes, or at numbers that lie in the processor's memory on every device. */
    private static final String ANY = "DEFAULT";

    private final String device;
    private final Map<String, List<KernelDef>> known = new HashMap<>();

    Kernels(String device) {
        this.device = device;
    }

    /** Operators with their types that a graph or its functions use and the device has no kernel for. */
    Set<String> missing(GraphDef graph) {
        Set<String> missing = new TreeSet<>();
        List<NodeDef> nodes = new ArrayList<>(graph.getNodeList());
        GraphView.of(graph).functions().values().forEach(function -> nodes.addAll(function.getNodeDefList()));
        nodes.stream()
                .filter(node -> !NO_KERNEL_WANTED.contains(node.getOp()))
                .filter(node -> kernels(node.getOp()).stream().noneMatch(kernel -> suits(kernel, node)))
                .forEach(node -> missing.add(node.getOp() + " " + types(node)));
        return missing;
    }

    private static String types(NodeDef node) {
        return node.getAttrMap().entrySet().stream()
                .filter(entry -> entry.getValue().getValueCase() == AttrValue.ValueCase.TYPE)
                .map(entry -> entry.getKey() + "=" + entry.getValue().getType())
                .sorted()
                .toList()
                .toString();
    }

    private static boolean suits(KernelDef kernel, NodeDef node) {
        return kernel.getConstraintList().stream().allMatch(constraint -> {
            AttrValue value = node.getAttrMap().get(constraint.getName());
            return value == null
                    || constraint.getAllowedValues().getList().getTypeList().contains(value.getType());
        });
    }

    private List<KernelDef> kernels(String op) {
        return known.computeIfAbsent(op, name -> read(name).stream()
                .filter(kernel -> kernel.getDeviceType().equals(device)
                        || kernel.getDeviceType().equals(ANY))
                .toList());
    }

    private static List<KernelDef> read(String op) {
        // Loads the library that the next call is part of.
        TensorFlow.version();
        TF_Status status = TF_Status.newStatus();
        try (TF_Buffer buffer = tensorflow.TF_GetRegisteredKernelsForOp(op, status)) {
            status.throwExceptionIfNotOK();
            return KernelList.parseFrom(buffer.copyData()).getKernelList();
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException(e);
        }
    }
}
