package dev.lancet.runtime.cluster;

import dev.lancet.dsl.LancetException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * All workers of a training, and the place of this process among them. Worker 0 is the chief: it alone writes files.
 *
 * @param workers the addresses, the same list in every process
 * @param index the place of this process, counted from 0
 */
public record ClusterSpec(List<WorkerAddress> workers, int index) {

    /** The environment variable of Kubeflow, Vertex AI and {@code tf.distribute}. */
    public static final String TF_CONFIG = "TF_CONFIG";

    private static final JsonMapper JSON = new JsonMapper();
    private static final String WORKER = "worker";
    private static final List<String> FIRST = List.of("chief", "master");

    public ClusterSpec {
        workers = List.copyOf(workers);
        if (index < 0 || index >= workers.size()) {
            throw new LancetException("worker index: " + index + ", but the list has " + workers.size()
                    + " workers, counted from 0; give every process its own place in the list");
        }
        if (new HashSet<>(workers).size() < workers.size()) {
            throw new LancetException(
                    "workers: " + text(workers) + " names an address twice; give every process an address of its own");
        }
    }

    /** Reads {@code HOST:PORT,HOST:PORT,...}. */
    public static ClusterSpec of(String list, int index) {
        return new ClusterSpec(
                Arrays.stream(list.split(",", -1)).map(WorkerAddress::parse).toList(), index);
    }

    /**
     * Reads the value of {@code TF_CONFIG}, for example <pre>
     * {"cluster": {"worker": ["10.0.0.4:2222", "10.0.0.5:2222"]}, "task": {"type": "worker", "index": 0}}</pre> A task of
     * type {@code chief} is worker 0, and the other workers follow it.
     *
     * @return empty if it describes a single process
     * @throws LancetException if it is something else
     */
    public static Optional<ClusterSpec> ofTfConfig(String json) {
        JsonNode tree;
        try {
            tree = JSON.readTree(json);
        } catch (JacksonException wrong) {
            throw new LancetException("TF_CONFIG: it is not JSON: " + wrong.getOriginalMessage(), wrong);
        }
        JsonNode cluster = tree.path("cluster");
        if (cluster.isMissingNode()) {
            return Optional.empty();
        }
        List<WorkerAddress> workers = new ArrayList<>();
        for (String job : FIRST) {
            workers.addAll(addresses(cluster.path(job)));
        }
        int first = workers.size();
        workers.addAll(addresses(cluster.path(WORKER)));
        String type = tree.path("task").path("type").asString("");
        boolean chief = FIRST.contains(type);
        if (first > 1 || !(chief || type.equals(WORKER))) {
            throw new LancetException("TF_CONFIG: its task is '" + type + "' and it has " + first
                    + " chiefs; Lancet knows the tasks worker and chief, and at most one chief");
        }
        int index = tree.path("task").path("index").asInt(-1) + (chief ? 0 : first);
        ClusterSpec spec = new ClusterSpec(workers, index);
        return workers.size() == 1 ? Optional.empty() : Optional.of(spec);
    }

    private static List<WorkerAddress> addresses(JsonNode list) {
        List<WorkerAddress> addresses = new ArrayList<>();
        list.forEach(address -> addresses.add(WorkerAddress.parse(address.asString(""))));
        return addresses;
    }

    /** The number of workers. */
    public int size() {
        return workers.size();
    }

    /** The address of this process. */
    WorkerAddress own() {
        return workers.get(index);
    }

    /** A worker, for people: {@code worker 1 (10.0.0.5:2222)}. */
    String name(int worker) {
        return WORKER + " " + worker + " (" + workers.get(worker) + ")";
    }

    /** The list as it is written on the command line. */
    String list() {
        return text(workers);
    }

    private static String text(List<WorkerAddress> workers) {
        return workers.stream().map(WorkerAddress::toString).collect(Collectors.joining(","));
    }
}
