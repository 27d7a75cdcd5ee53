package dev.lancet.surgery.imported.writing;

import com.google.protobuf.ByteString;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.weights.HostTensor;
import dev.lancet.io.AtomicFile;
import dev.lancet.io.IoErrors;
import dev.lancet.surgery.graph.Attributes;
import dev.lancet.surgery.graph.GraphView;
import dev.lancet.surgery.graph.Node;
import dev.lancet.surgery.imported.ImportedSurgery;
import dev.lancet.surgery.imported.VariableValues;
import dev.lancet.surgery.imported.tracing.WeightSource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.TensorProto;

/**
 * Writes a frozen graph: each read of a variable becomes a constant. The constants stay in memory until the graph is
 * written.
 */
final class FrozenGraphWriter implements GraphWriter {

    /** The limit of protobuf, minus room for everything that is not a weight. */
    private static final long LARGEST_GRAPH = Integer.MAX_VALUE - (64L << 20);

    private final Path file;
    private final AtomicFile atomic;
    private final GraphView graph;
    private final VariableValues values;
    private final Map<String, ByteString> given = new HashMap<>();

    FrozenGraphWriter(Path file, ImportedSurgery surgery) {
        this.file = file;
        graph = GraphView.of(surgery.graph());
        values = surgery.model().values();
        graph.nodes().stream().filter(node -> node.is("VarHandleOp")).forEach(this::requireFreezable);
        atomic = AtomicFile.create(file);
    }

    private void requireFreezable(Node holder) {
        for (Node.Use use : holder.uses()) {
            if (!use.node().is("ReadVariableOp")) {
                throw new LancetException(file + ": cannot be frozen: "
                        + use.node().name() + ", a " + use.node().op() + ", needs " + holder.name()
                        + " as a variable; write a SavedModel folder");
            }
        }
    }

    @Override
    public void accept(HostTensor tensor) {
        given.put(tensor.name(), ByteString.copyFrom(tensor.bytes()));
    }

    @Override
    public void extra(String name, byte[] content) {
        throw new LancetException(
                file + ": a frozen graph has no place for " + name + "; write a SavedModel folder, without .pb");
    }

    @Override
    public void finish() {
        GraphDef.Builder frozen = graph.definition().toBuilder().clearNode();
        long bytes = 0;
        for (Node node : graph.nodes()) {
            if (node.is("VarHandleOp")) {
                continue;
            }
            boolean reads = node.is("ReadVariableOp")
                    && node.producer(0)
                            .filter(holder -> holder.is("VarHandleOp"))
                            .isPresent();
            if (!reads) {
                frozen.addNode(node.definition());
                continue;
            }
            Node holder = node.producer(0).orElseThrow();
            ByteString content = content(holder.name());
            bytes += content.size();
            if (bytes > LARGEST_GRAPH) {
                throw new LancetException(
                        file + ": the weights exceed the limit of 2 GiB for a graph; export a" + " SavedModel instead");
            }
            frozen.addNode(constant(node, WeightSource.of(holder), content));
        }
        write(frozen.build());
    }

    private ByteString content(String variable) {
        ByteString content = given.get(variable);
        return content == null ? ByteString.copyFrom(values.read(variable)) : content;
    }

    private static NodeDef constant(Node read, WeightSource source, ByteString content) {
        TensorProto tensor = TensorProto.newBuilder()
                .setDtype(source.type())
                .setTensorShape(Attributes.shape(source.shape()))
                .setTensorContent(content)
                .build();
        return NodeDef.newBuilder()
                .setName(read.name())
                .setOp("Const")
                .setDevice(read.definition().getDevice())
                .putAttr("dtype", Attributes.of(source.type()))
                .putAttr("value", Attributes.of(tensor))
                .build();
    }

    private void write(GraphDef frozen) {
        try {
            AtomicFile.write(atomic.partial(), frozen.toByteArray());
            atomic.finish();
        } catch (IOException failure) {
            throw IoErrors.writing(file, failure);
        }
    }

    @Override
    public void close() {
        given.clear();
        atomic.close();
    }
}
