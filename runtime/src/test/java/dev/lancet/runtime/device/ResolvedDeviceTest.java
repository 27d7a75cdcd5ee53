package dev.lancet.runtime.device;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.FunctionDefLibrary;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;

class ResolvedDeviceTest {

    private static final GraphDef GRAPH = GraphDef.newBuilder()
            .addNode(node("x", "Placeholder"))
            .addNode(node("d", "Svd"))
            .addNode(node("mine", "MatMul").toBuilder().setDevice("/device:CPU:0"))
            .setLibrary(FunctionDefLibrary.newBuilder()
                    .addFunction(
                            FunctionDef.newBuilder().addNodeDef(node("q", "Qr")).addNodeDef(node("m", "Mul"))))
            .build();

    @Test
    void on_a_gpu_all_nodes_without_a_device_are_placed_except_decompositions() {
        GraphDef placed = ResolvedDevice.gpu(1, 1).of(GRAPH);

        assertThat(placed.getNodeList())
                .extracting(NodeDef::getDevice)
                .containsExactly("/device:GPU:1", "/device:CPU:0", "/device:CPU:0");
        assertThat(placed.getLibrary().getFunction(0).getNodeDefList())
                .extracting(NodeDef::getDevice)
                .containsExactly("/device:CPU:0", "");
    }

    @Test
    void a_graph_for_the_processor_stays_as_it_is() {
        assertThat(ResolvedDevice.cpu().of(GRAPH)).isSameAs(GRAPH);
    }

    @Test
    void memory_of_a_gpu_is_taken_as_needed_up_to_the_share_and_on_the_processor_not_at_all() {
        ConfigProto gpu = ResolvedDevice.gpu(0, 0.5).config().build();

        assertThat(gpu.getGpuOptions().getAllowGrowth()).isTrue();
        assertThat(gpu.getGpuOptions().getPerProcessGpuMemoryFraction()).isEqualTo(0.5);
        assertThat(gpu.getAllowSoftPlacement()).isTrue();
        assertThat(ResolvedDevice.cpu().config().build().getDeviceCountMap()).containsEntry("GPU", 0);
    }

    private static NodeDef node(String name, String op) {
        return NodeDef.newBuilder().setName(name).setOp(op).build();
    }
}
