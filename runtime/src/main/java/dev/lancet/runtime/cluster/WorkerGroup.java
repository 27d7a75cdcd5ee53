package dev.lancet.runtime.cluster;

import dev.lancet.dsl.LancetException;
import dev.lancet.io.Progress;
import dev.lancet.runtime.device.ResolvedDevice;
import dev.lancet.runtime.engine.Engine;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.tensorflow.exceptions.TensorFlowException;
import org.tensorflow.proto.GraphDef;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/**
 * The workers that train one model together, seen from one of them; usually it is alone. All of them call the same
 * methods in the same order. If one dies, freezes or fails, every call of the others throws an error that names it, and
 * their running steps end.
 */
public final class WorkerGroup implements AutoCloseable {

    private static final JsonMapper JSON = new JsonMapper();

    /** Collectives of one graph have keys below the first of the next graph. */
    private static final int KEYS = 1 << 16;

    private final ClusterSpec spec;
    private final JoinSettings settings;
    private final FailureSignal signal;
    private final ControlChannel channel;
    private int graphs;
    private TensorFlowServer.@Nullable Running server;

    private WorkerGroup(ClusterSpec spec, JoinSettings settings, FailureSignal signal, List<ControlConnection> peers) {
        this.spec = spec;
        this.settings = settings;
        this.signal = signal;
        channel = new ControlChannel(spec.index() == 0, signal, peers);
    }

    /** A single worker. */
    public static WorkerGroup alone() {
        return new WorkerGroup(ClusterSpec.of("localhost:1", 0), JoinSettings.usual(), new FailureSignal(), List.of());
    }

    /**
     * Waits until all workers are there.
     *
     * @throws LancetException if one does not come, has another list or another version, or if an address is not
     *     allowed
     */
    public static WorkerGroup join(ClusterSpec spec, JoinSettings settings, Progress progress) {
        if (spec.size() == 1) {
            return alone();
        }
        FailureSignal signal = new FailureSignal();
        List<ControlConnection> peers = new Rendezvous(spec, settings, signal).meet(progress);
        WorkerGroup group = new WorkerGroup(spec, settings, signal, peers);
        group.exchange("");
        return group;
    }

    /** The number of workers. */
    public int size() {
        return spec.size();
    }

    /** The place of this worker, counted from 0. */
    public int index() {
        return spec.index();
    }

    /** Whether the workers send gradients in bfloat16. */
    public boolean bfloat16Gradients() {
        return settings.bfloat16Gradients();
    }

    /** Whether this worker writes the files: the first, or the only one. */
    public boolean chief() {
        return spec.index() == 0;
    }

    /** The texts of all workers in their order, at every worker. */
    public List<String> exchange(String mine) {
        return channel.exchange(mine);
    }

    /** The text of the chief, at every worker. */
    public String fromChief(String mine) {
        return channel.fromChief(mine);
    }

    /** Does something at the chief, and after it at the others, which then find what it wrote. */
    public <T> T chiefFirst(Supplier<T> work) {
        if (!chief()) {
            fromChief("");
            return work.get();
        }
        T result = work.get();
        fromChief("");
        return result;
    }

    /** Sends bytes from the chief to all other workers. */
    public void send(ByteBuffer content) {
        channel.send(content);
    }

    /** The bytes that the chief sends next. */
    public ByteBuffer receive() {
        return channel.receive();
    }

    /**
     * Checks that something is the same at all workers.
     *
     * @param parts the parts of it, each by its name for people
     * @throws LancetException at every worker, naming the first that differs from the chief, and the parts
     */
    public void agree(Map<String, String> parts) {
        List<Map<String, String>> all = exchange(JSON.writeValueAsString(parts)).stream()
                .map(text -> JSON.readValue(text, new TypeReference<Map<String, String>>() {}))
                .toList();
        for (int worker = 1; worker < all.size(); worker++) {
            List<String> differences = FingerprintDifferences.of(all.get(worker), all.get(0));
            if (!differences.isEmpty()) {
                throw new LancetException("cluster: " + spec.name(worker) + " differs from the chief: "
                        + String.join("; ", differences) + "; give all workers the same recipe, data and machine");
            }
        }
    }

    /**
     * A session that runs a graph exactly as written. If there are several workers, it runs in TensorFlow's server of
     * this one, which starts now if it does not run yet.
     *
     * @param threads threads for operators; 0 for one per processor
     */
    public Engine open(GraphDef graph, ResolvedDevice device, int threads) {
        if (size() == 1) {
            return Engine.literal(graph, device, threads);
        }
        if (server == null) {
            server = start(device, threads);
        }
        Engine engine = Engine.literal(graph, device, server.target());
        Consumer<String> end = message -> engine.cancel();
        engine.whenClosed(() -> signal.forget(end));
        signal.listen(end);
        return engine;
    }

    /** The others learn the port of the chief's server, whose port in the list is taken by the connections here. */
    private TensorFlowServer.Running start(ResolvedDevice device, int threads) {
        List<Integer> ports =
                new ArrayList<>(spec.workers().stream().map(WorkerAddress::port).toList());
        ports.set(0, 0);
        TensorFlowServer starting = new TensorFlowServer(spec, settings);
        TensorFlowServer.Running running;
        if (chief()) {
            running = starting.start(ports, Engine.config(device, threads));
            fromChief(String.valueOf(running.port()));
        } else {
            ports.set(0, Integer.parseInt(fromChief("")));
            running = starting.start(ports, Engine.config(device, threads));
        }
        exchange("");
        return running;
    }

    /** The first key for the collectives of the next graph, the same at every worker. */
    public int nextKeys() {
        return graphs++ * KEYS;
    }

    /** What a failed run means: if a worker failed, an error that names it. */
    public RuntimeException explained(RuntimeException failure) {
        if (size() == 1 || !(failure instanceof TensorFlowException)) {
            return failure;
        }
        Optional<String> why = signal.await(settings.silence().plusSeconds(1));
        return why.<RuntimeException>map(message -> new LancetException("cluster: " + message, failure))
                .orElse(failure);
    }

    /** Calls a listener if a worker fails, from another thread. */
    public void onFailure(Consumer<String> listener) {
        signal.listen(message -> listener.accept("cluster: " + message));
    }

    /** Tells the others that this worker fails, and why. */
    public void failed(String why) {
        signal.fail(spec.name(index()) + " failed: " + why);
    }

    /**
     * Ends the work in good order: a worker waits until the chief has written the results.
     *
     * @throws LancetException if a worker fails before that
     */
    public void finish() {
        channel.leave();
    }

    @Override
    public void close() {
        channel.close();
    }
}
