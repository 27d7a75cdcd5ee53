package dev.lancet.runtime.engine;

import dev.lancet.compression.weights.HostTensor;
import dev.lancet.compression.weights.Weights;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Stored;
import dev.lancet.runtime.device.Place;
import dev.lancet.runtime.memory.AllocatorPeak;
import dev.lancet.surgery.Loading;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.tensorflow.Graph;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.GraphOptions;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.OptimizerOptions;
import org.tensorflow.proto.RewriterConfig;
import org.tensorflow.types.TBfloat16;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TUint8;

/** A graph in a session, with its variables; each variable {@code X} is set through {@code X.assign}, fed from {@code X.load}. */
public final class Engine implements AutoCloseable {

    /** On a call whose function XLA compiles. */
    private static final String COMPILE = "_XlaMustCompile";

    private final Graph graph;
    private final Session session;
    private final Place place;
    private final boolean compiled;
    private final Map<String, NodeDef> variables = new LinkedHashMap<>();

    private Engine(GraphDef definition, Place place, ConfigProto config) {
        this.place = place;
        compiled = Stream.concat(
                        definition.getNodeList().stream(),
                        definition.getLibrary().getFunctionList().stream()
                                .flatMap(function -> function.getNodeDefList().stream()))
                .anyMatch(node -> node.getAttrOrDefault(COMPILE, AttrValue.getDefaultInstance())
                        .getB());
        for (NodeDef node : definition.getNodeList()) {
            if (node.getOp().equals("VarHandleOp")) {
                variables.put(node.getName(), node);
            }
        }
        graph = new Graph();
        try {
            graph.importGraphDef(definition);
            session = new Session(graph, config);
        } catch (RuntimeException e) {
            graph.close();
            throw e;
        }
    }

    /**
     * A session on the processor that runs the graph as it is written. TensorFlow's own optimiser has nothing to add to it,
     * and it does harm: it takes functions apart, and what was to wait for the result of one then waits for nothing, so that all quantised
     * matrices are turned into floats at once.
     */
    public static Engine literal(GraphDef definition) {
        return literal(definition, Place.cpu());
    }

    /** The same on a device. */
    public static Engine literal(GraphDef definition, Place place) {
        return literal(definition, place, 0);
    }

    /**
     * The same, whose operators compute on so many threads each; 0 for as many as there are processors. TensorFlow asks only
     * the first session of a process, unless {@link #ownThreads}.
     */
    public static Engine literal(GraphDef definition, Place place, int threads) {
        RewriterConfig rewriter =
                RewriterConfig.newBuilder().setDisableMetaOptimizer(true).build();
        // Level 0, for the old optimiser would turn what only constants lead to into constants: all zeros that a
        // training
        // starts from, kept for as long as the session lives.
        OptimizerOptions none = OptimizerOptions.newBuilder()
                .setOptLevel(OptimizerOptions.Level.L0)
                .build();
        return new Engine(
                place.of(definition),
                place,
                place.config()
                        .setIntraOpParallelismThreads(threads)
                        .setGraphOptions(GraphOptions.newBuilder()
                                .setRewriteOptions(rewriter)
                                .setOptimizerOptions(none))
                        .build());
    }

    /** Whether the environment tells TensorFlow to give each session threads of its own; {@code ./lancet} does. */
    public static boolean ownThreads() {
        return Objects.equals(System.getenv("TF_OVERRIDE_GLOBAL_THREADPOOL"), "1");
    }

    /** Something to run: feeds, fetches and targets by node name. */
    public Session.Runner runner() {
        return session.runner();
    }

    /**
     * Runs what a runner says, and tells what the run took of the device's memory, if it can be known. That costs time, and some
     * memory of the process, in this run alone; where nothing would be told, it is run as ever.
     *
     * @return the result, which belongs to the caller
     */
    public Result traced(Session.Runner runner, Consumer<AllocatorPeak> told) {
        if (!AllocatorPeak.tells(place, compiled)) {
            return runner.run();
        }
        Result result = runner.setOptions(AllocatorPeak.tracing()).runAndFetchMetadata();
        result.getMetadata()
                .flatMap(trace -> AllocatorPeak.of(trace, place, variableBytes(), compiled))
                .ifPresent(told);
        return result;
    }

    /** Bytes of all variables together. */
    private long variableBytes() {
        return variables.keySet().stream().mapToLong(this::bytes).sum();
    }

    private long bytes(String variable) {
        return shape(variable).size()
                * width(node(variable).getAttrOrThrow("dtype").getType());
    }

    private static long width(DataType type) {
        return switch (type) {
            case DT_INT64, DT_DOUBLE -> Long.BYTES;
            case DT_FLOAT, DT_INT32 -> Integer.BYTES;
            case DT_HALF, DT_BFLOAT16 -> Short.BYTES;
            default -> 1;
        };
    }

    /**
     * Sets variables, a few megabytes at a time.
     *
     * @param contents all bytes of each
     * @throws LancetException if the graph has no such variable
     */
    public void assign(Collection<String> variables, Function<String, ByteBuffer> contents) {
        fill(variables, (variable, parts) -> parts.accept(contents.apply(variable)));
    }

    /** Sets the variables of all arrays of a plan, a few megabytes at a time. */
    public void load(Plan plan, Weights weights) {
        fill(plan.stored().stream().map(Stored::name).toList(), weights::readInParts);
    }

    private void fill(Collection<String> variables, BiConsumer<String, Consumer<ByteBuffer>> contents) {
        for (List<String> portion : Portions.of(variables, this::bytes)) {
            List<Tensor> values = new ArrayList<>();
            try {
                Session.Runner runner = session.runner();
                for (String variable : portion) {
                    Tensor value = tensor(
                            variable, node(variable).getAttrOrThrow("dtype").getType(), shape(variable));
                    values.add(value);
                    fill(variable, value, contents);
                    runner.feed(Loading.feed(variable), value).addTarget(Loading.assign(variable));
                }
                runner.run().close();
            } finally {
                values.forEach(Tensor::close);
            }
        }
    }

    private static void fill(String variable, Tensor value, BiConsumer<String, Consumer<ByteBuffer>> contents) {
        AtomicLong filled = new AtomicLong();
        contents.accept(variable, part -> Host.fill(value, filled.getAndAdd(part.remaining()), part));
        if (filled.get() != value.numBytes()) {
            throw new IllegalArgumentException("tensor: " + filled + " bytes of " + variable + " do not fill one of "
                    + value.numBytes() + " bytes");
        }
    }

    private static Tensor tensor(String variable, DataType type, Shape shape) {
        return switch (type) {
            case DT_FLOAT -> TFloat32.tensorOf(shape);
            case DT_BFLOAT16 -> TBfloat16.tensorOf(shape);
            case DT_UINT8 -> TUint8.tensorOf(shape);
            case DT_INT32 -> TInt32.tensorOf(shape);
            case DT_INT64 -> TInt64.tensorOf(shape);
            case DT_BOOL -> TBool.tensorOf(shape);
            default ->
                throw new LancetException("graph: its variable '" + variable + "' is a " + type
                        + "; only float, bfloat16, uint8, int32, int64 and bool are set here");
        };
    }

    /** Runs a node for its effect. */
    public void run(String target) {
        session.runner().addTarget(target).run().close();
    }

    /** The contents of float32 variables, each copied once: TensorFlow runs on little-endian machines only. */
    public void arrays(Collection<Stored> wanted, Consumer<HostTensor> taker) {
        for (List<Stored> portion : Portions.of(wanted, Stored::bytes)) {
            Session.Runner runner = session.runner();
            portion.forEach(stored -> runner.fetch(stored.name() + ".read"));
            try (Result result = runner.run()) {
                for (int i = 0; i < portion.size(); i++) {
                    taker.accept(HostTensor.of(portion.get(i), Host.bytes(result.get(i))));
                }
            }
        }
    }

    /** The numbers of a float32 variable. */
    public float[] floats(String variable) {
        try (var result = session.runner().fetch(variable + ".read").run()) {
            return Host.floats(result.get(0));
        }
    }

    private Shape shape(String variable) {
        return Shape.of(node(variable).getAttrOrThrow("shape").getShape().getDimList().stream()
                .mapToLong(dimension -> dimension.getSize())
                .toArray());
    }

    private NodeDef node(String variable) {
        NodeDef node = variables.get(variable);
        if (node == null) {
            throw new LancetException("graph: it has no variable '" + variable + "'; it has " + variables.keySet());
        }
        return node;
    }

    @Override
    public void close() {
        session.close();
        graph.close();
    }
}
