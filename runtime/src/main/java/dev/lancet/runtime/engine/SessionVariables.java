package dev.lancet.runtime.engine;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.plan.ArraySpec;
import dev.lancet.dsl.weights.HostTensor;
import dev.lancet.surgery.VariableLoading;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.tensorflow.Graph;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.DestroyResourceOp;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.types.TBfloat16;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TUint8;

/**
 * The variables of a graph with {@link VariableLoading} nodes: each variable {@code X} is assigned by {@code X.assign},
 * fed through {@code X.load}, and read as {@code X.read}. One run moves one of the {@link TransferBatches}.
 */
final class SessionVariables {

    private final Map<String, NodeDef> nodes = new LinkedHashMap<>();
    private final List<Op> releases = new ArrayList<>();

    SessionVariables(GraphDef graph) {
        graph.getNodeList().stream()
                .filter(node -> node.getOp().equals("VarHandleOp"))
                .forEach(node -> nodes.put(node.getName(), node));
    }

    /** Their names, in the order of the graph. */
    Collection<String> names() {
        return Collections.unmodifiableSet(nodes.keySet());
    }

    /** The bytes of all variables together. */
    long bytes() {
        return nodes.keySet().stream().mapToLong(this::bytes).sum();
    }

    /**
     * Assigns some variables.
     *
     * @param contents passes on the bytes of a variable, in one part or several
     * @throws LancetException if the graph has no such variable
     */
    void set(Session session, Collection<String> names, BiConsumer<String, Consumer<ByteBuffer>> contents) {
        for (List<String> portion : TransferBatches.of(names, this::bytes)) {
            List<Tensor> values = new ArrayList<>();
            try {
                Session.Runner runner = session.runner();
                for (String name : portion) {
                    Tensor value = empty(name);
                    values.add(value);
                    AtomicLong filled = new AtomicLong();
                    contents.accept(name, part -> TensorTransfer.fill(value, filled.getAndAdd(part.remaining()), part));
                    if (filled.get() != value.numBytes()) {
                        throw new IllegalArgumentException("tensor: " + filled + " bytes of " + name
                                + " do not fill one of " + value.numBytes() + " bytes");
                    }
                    runner.feed(VariableLoading.feed(name), value).addTarget(VariableLoading.assign(name));
                }
                runner.run().close();
            } finally {
                values.forEach(Tensor::close);
            }
        }
    }

    /** Deletes the values of all variables from the session and releases their memory. */
    void release(Graph graph, Session session) {
        if (releases.isEmpty()) {
            Ops tf = Ops.create(graph);
            for (String name : nodes.keySet()) {
                releases.add(tf.destroyResourceOp(
                        graph.operation(name).output(0), DestroyResourceOp.ignoreLookupError(true)));
            }
        }
        Session.Runner runner = session.runner();
        releases.forEach(runner::addTarget);
        runner.run().close();
    }

    /**
     * Reads some float32 variables, each copied once. No byte swap is needed, because TensorFlow runs only on
     * little-endian machines.
     */
    void read(Session session, Collection<ArraySpec> wanted, Consumer<HostTensor> taker) {
        for (List<ArraySpec> portion : TransferBatches.of(wanted, ArraySpec::bytes)) {
            Session.Runner runner = session.runner();
            portion.forEach(array -> runner.fetch(array.name() + ".read"));
            try (Result result = runner.run()) {
                for (int i = 0; i < portion.size(); i++) {
                    taker.accept(HostTensor.of(portion.get(i), TensorTransfer.bytes(result.get(i))));
                }
            }
        }
    }

    private Tensor empty(String name) {
        Shape shape = shape(name);
        return switch (type(name)) {
            case DT_FLOAT -> TFloat32.tensorOf(shape);
            case DT_BFLOAT16 -> TBfloat16.tensorOf(shape);
            case DT_UINT8 -> TUint8.tensorOf(shape);
            case DT_INT32 -> TInt32.tensorOf(shape);
            case DT_INT64 -> TInt64.tensorOf(shape);
            case DT_BOOL -> TBool.tensorOf(shape);
            default ->
                throw new LancetException("graph: its variable '" + name + "' is a " + type(name)
                        + "; only float, bfloat16, uint8, int32, int64 and bool can be assigned");
        };
    }

    private long bytes(String name) {
        return shape(name).size() * width(type(name));
    }

    private static long width(DataType type) {
        return switch (type) {
            case DT_INT64, DT_DOUBLE -> Long.BYTES;
            case DT_FLOAT, DT_INT32 -> Integer.BYTES;
            case DT_HALF, DT_BFLOAT16 -> Short.BYTES;
            default -> 1;
        };
    }

    private Shape shape(String name) {
        return Shape.of(node(name).getAttrOrThrow("shape").getShape().getDimList().stream()
                .mapToLong(dimension -> dimension.getSize())
                .toArray());
    }

    private DataType type(String name) {
        return node(name).getAttrOrThrow("dtype").getType();
    }

    private NodeDef node(String name) {
        NodeDef node = nodes.get(name);
        if (node == null) {
            throw new LancetException("graph: it has no variable '" + name + "'; it has " + nodes.keySet());
        }
        return node;
    }
}
