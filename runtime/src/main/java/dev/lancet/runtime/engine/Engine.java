package dev.lancet.runtime.engine;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.plan.ArraySpec;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.weights.HostTensor;
import dev.lancet.dsl.weights.Weights;
import dev.lancet.runtime.device.ResolvedDevice;
import dev.lancet.runtime.memory.AllocatorPeak;
import dev.lancet.runtime.natives.TensorFlowLibrary;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.tensorflow.Graph;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.GraphOptions;
import org.tensorflow.proto.OptimizerOptions;
import org.tensorflow.proto.RewriterConfig;

/** A graph in a session, with its variables. */
public final class Engine implements AutoCloseable {

    /** The attribute of a call whose function XLA compiles. */
    private static final String COMPILE = "_XlaMustCompile";

    private final Graph graph;
    private final Session session;
    private final ResolvedDevice device;
    private final boolean compiled;
    private final SessionVariables variables;
    private boolean closed;
    private Runnable atClosing = () -> {};

    private Engine(GraphDef definition, ResolvedDevice device, ConfigProto config, Optional<SessionTarget> target) {
        this.device = device;
        compiled = Stream.concat(
                        definition.getNodeList().stream(),
                        definition.getLibrary().getFunctionList().stream()
                                .flatMap(function -> function.getNodeDefList().stream()))
                .anyMatch(node -> node.getAttrOrDefault(COMPILE, AttrValue.getDefaultInstance())
                        .getB());
        variables = new SessionVariables(definition);
        TensorFlowLibrary.load();
        graph = new Graph();
        try {
            graph.importGraphDef(definition);
            session = target.map(it -> it.session(graph, config)).orElseGet(() -> new Session(graph, config));
        } catch (RuntimeException e) {
            graph.close();
            throw e;
        }
    }

    /**
     * A session on the processor that runs the graph exactly as written. TensorFlow's own graph optimiser does not help
     * here, and it does harm: it inlines functions and thereby loses control dependencies on their results, so that all
     * quantised matrices are dequantized at once.
     */
    public static Engine literal(GraphDef definition) {
        return literal(definition, ResolvedDevice.cpu());
    }

    /** The same on any device. */
    public static Engine literal(GraphDef definition, ResolvedDevice device) {
        return literal(definition, device, 0);
    }

    /**
     * The same with a number of threads for its operators; 0 for one per processor. TensorFlow applies the number only in
     * the first session of a process, unless {@link #ownThreads}.
     */
    public static Engine literal(GraphDef definition, ResolvedDevice device, int threads) {
        return new Engine(device.of(definition), device, config(device, threads).build(), Optional.empty());
    }

    /** The same in a session of a TensorFlow server, whose threads the session uses. */
    public static Engine literal(GraphDef definition, ResolvedDevice device, SessionTarget target) {
        return new Engine(device.of(definition), device, config(device, 0).build(), Optional.of(target));
    }

    /** The settings of a session that runs the graph exactly as written. */
    public static ConfigProto.Builder config(ResolvedDevice device, int threads) {
        RewriterConfig rewriter =
                RewriterConfig.newBuilder().setDisableMetaOptimizer(true).build();
        // Level 0, because the old optimiser would turn nodes with only constant inputs into constants, such as the
        // zeros
        // that a training starts from, and keep them in memory for the life of the session.
        OptimizerOptions none = OptimizerOptions.newBuilder()
                .setOptLevel(OptimizerOptions.Level.L0)
                .build();
        return device.config()
                .setIntraOpParallelismThreads(threads)
                .setGraphOptions(
                        GraphOptions.newBuilder().setRewriteOptions(rewriter).setOptimizerOptions(none));
    }

    /** Whether the environment tells TensorFlow to give each session its own threads; {@code ./lancet} does. */
    public static boolean ownThreads() {
        return Objects.equals(System.getenv("TF_OVERRIDE_GLOBAL_THREADPOOL"), "1");
    }

    /** A runner: feeds, fetches and targets by node name. */
    public Session.Runner runner() {
        return session.runner();
    }

    /**
     * Runs the runner and reports the device memory that the run took, if it can be measured. Measuring costs time and
     * some process memory in this run; if nothing can be reported, it runs normally.
     *
     * @return the result, which belongs to the caller
     */
    public Result traced(Session.Runner runner, Consumer<AllocatorPeak> told) {
        if (!AllocatorPeak.tells(device, compiled)) {
            return runner.run();
        }
        Result result = runner.setOptions(AllocatorPeak.tracing()).runAndFetchMetadata();
        result.getMetadata()
                .flatMap(trace -> AllocatorPeak.of(trace, device, variables.bytes(), compiled))
                .ifPresent(told);
        return result;
    }

    /**
     * Assigns variables, a few megabytes at a time.
     *
     * @param contents the bytes of each variable
     * @throws LancetException if the graph has no such variable
     */
    public void assign(Collection<String> names, Function<String, ByteBuffer> contents) {
        variables.set(session, names, (name, parts) -> parts.accept(contents.apply(name)));
    }

    /** Assigns the variables of all arrays of a plan, a few megabytes at a time. */
    public void load(Plan plan, Weights weights) {
        variables.set(session, plan.arrays().stream().map(ArraySpec::name).toList(), weights::readInParts);
    }

    /** Releases the memory of all variables. They have no values until each is assigned again. */
    public void release() {
        variables.release(graph, session);
    }

    /** The names of all variables of the graph. */
    public Collection<String> variables() {
        return variables.names();
    }

    /** Runs a node for its side effect. */
    public void run(String target) {
        session.runner().addTarget(target).run().close();
    }

    /** Passes the contents of float32 variables to a consumer in order, a few megabytes at a time. */
    public void arrays(Collection<ArraySpec> wanted, Consumer<HostTensor> taker) {
        variables.read(session, wanted, taker);
    }

    /** Ends the current run of a session in a server with an error, and all later ones; for another thread. */
    public synchronized void cancel() {
        if (!closed) {
            SessionTarget.cancel(session);
        }
    }

    /** Calls something when the session is closed. */
    public void whenClosed(Runnable work) {
        atClosing = work;
    }

    @Override
    public synchronized void close() {
        closed = true;
        atClosing.run();
        session.close();
        graph.close();
    }
}
