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

    /** On a call whose function XLA compiles. */
    private static final String COMPILE = "_XlaMustCompile";

    private final Graph graph;
    private final Session session;
    private final ResolvedDevice device;
    private final boolean compiled;
    private final SessionVariables variables;

    private Engine(GraphDef definition, ResolvedDevice device, ConfigProto config) {
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
        return literal(definition, ResolvedDevice.cpu());
    }

    /** The same on a device. */
    public static Engine literal(GraphDef definition, ResolvedDevice device) {
        return literal(definition, device, 0);
    }

    /**
     * The same, whose operators compute on so many threads each; 0 for as many as there are processors. TensorFlow asks only
     * the first session of a process, unless {@link #ownThreads}.
     */
    public static Engine literal(GraphDef definition, ResolvedDevice device, int threads) {
        RewriterConfig rewriter =
                RewriterConfig.newBuilder().setDisableMetaOptimizer(true).build();
        // Level 0, for the old optimiser would turn what only constants lead to into constants: all zeros that a
        // training
        // starts from, kept for as long as the session lives.
        OptimizerOptions none = OptimizerOptions.newBuilder()
                .setOptLevel(OptimizerOptions.Level.L0)
                .build();
        return new Engine(
                device.of(definition),
                device,
                device.config()
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
     * Sets variables, a few megabytes at a time.
     *
     * @param contents all bytes of each
     * @throws LancetException if the graph has no such variable
     */
    public void assign(Collection<String> names, Function<String, ByteBuffer> contents) {
        variables.set(session, names, (name, parts) -> parts.accept(contents.apply(name)));
    }

    /** Sets the variables of all arrays of a plan, a few megabytes at a time. */
    public void load(Plan plan, Weights weights) {
        variables.set(session, plan.arrays().stream().map(ArraySpec::name).toList(), weights::readInParts);
    }

    /** Gives the memory of all variables back. They have no values then, until each is set again. */
    public void release() {
        variables.release(graph, session);
    }

    /** The names of all variables of the graph. */
    public Collection<String> variables() {
        return variables.names();
    }

    /** Runs a node for its effect. */
    public void run(String target) {
        session.runner().addTarget(target).run().close();
    }

    /** Gives the contents of float32 variables to a taker, in their order, a few megabytes at a time. */
    public void arrays(Collection<ArraySpec> wanted, Consumer<HostTensor> taker) {
        variables.read(session, wanted, taker);
    }

    @Override
    public void close() {
        session.close();
        graph.close();
    }
}
