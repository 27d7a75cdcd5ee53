package dev.lancet.tests.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lancet.cli.Main;
import dev.lancet.runtime.cluster.ClusterSpec;
import dev.lancet.runtime.cluster.WorkerAddress;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/**
 * The samples for Kubernetes start workers that find each other. No cluster is here, so the tests do by hand what
 * Kubernetes does with the variables, and what JobSet does with the names of pods.
 */
class KubernetesSamplesTest {

    private static final Path FOLDER = Path.of("samples/kubernetes");
    private static final String INDEX = "metadata.annotations['batch.kubernetes.io/job-completion-index']";

    @Test
    void each_pod_of_the_job_set_finds_its_place_among_all() throws IOException {
        Map<?, ?> jobSet = document("jobset.yaml", "JobSet", "jobset.x-k8s.io/v1alpha2");
        Map<?, ?> replicated = map(list(at(jobSet, "spec", "replicatedJobs")).get(0));
        Map<?, ?> job = map(at(replicated, "template", "spec"));
        Map<?, ?> container =
                map(list(at(job, "template", "spec", "containers")).get(0));

        assertThat(job.get("completionMode")).isEqualTo("Indexed");
        assertThat(job.get("parallelism")).isEqualTo(job.get("completions"));
        assertThat(at(jobSet, "spec", "network", "enableDNSHostnames")).isEqualTo(true);
        assertWorkers(
                container,
                (int) job.get("completions"),
                pods(jobSet, replicated),
                String.valueOf(at(jobSet, "spec", "network", "subdomain")),
                container);
        assertThat(output(container)).startsWith("error: script: /training/recipe.lancet.kts does not exist");
    }

    @Test
    void each_pod_of_the_train_job_finds_its_place_among_all() throws IOException {
        Map<?, ?> runtime = document("trainjob.yaml", "TrainingRuntime", "trainer.kubeflow.org/v1alpha1");
        Map<?, ?> job = document("trainjob.yaml", "TrainJob", "trainer.kubeflow.org/v1alpha1");
        Map<?, ?> trainer = map(at(job, "spec", "trainer"));
        Map<?, ?> replicated = map(
                list(at(runtime, "spec", "template", "spec", "replicatedJobs")).get(0));
        Map<?, ?> container = map(list(at(replicated, "template", "spec", "template", "spec", "containers"))
                .get(0));

        assertThat(at(job, "spec", "runtimeRef", "name")).isEqualTo(at(runtime, "metadata", "name"));
        assertThat(at(job, "spec", "runtimeRef", "kind")).isEqualTo("TrainingRuntime");
        // Kubeflow puts arguments and variables of a TrainJob into the container of this name, in the job with this
        // label.
        assertThat(container.get("name")).isEqualTo("node");
        assertThat(at(replicated, "template", "metadata", "labels", "trainer.kubeflow.org/trainjob-ancestor-step"))
                .isEqualTo("trainer");
        String name = String.valueOf(at(job, "metadata", "name"));
        assertWorkers(trainer, (int) trainer.get("numNodes"), pods(job, replicated), name, container);
        assertThat(output(trainer)).startsWith("error: script: /training/recipe.lancet.kts does not exist");
    }

    @Test
    void a_policy_lets_only_the_workers_reach_each_other() throws IOException {
        for (List<String> sample : List.of(List.of("jobset.yaml", "JobSet"), List.of("trainjob.yaml", "TrainJob"))) {
            Map<?, ?> policy = document(sample.get(0), "NetworkPolicy", "networking.k8s.io/v1");
            Map<?, ?> job = documents(sample.get(0)).stream()
                    .filter(one -> one.get("kind").equals(sample.get(1)))
                    .findFirst()
                    .orElseThrow();
            // JobSet gives all its pods this label.
            Map<String, Object> workers = Map.of(
                    "matchLabels",
                    Map.of("jobset.sigs.k8s.io/jobset-name", String.valueOf(at(job, "metadata", "name"))));

            assertThat(at(policy, "spec", "podSelector")).isEqualTo(workers);
            assertThat(list(at(policy, "spec", "policyTypes"))).isEqualTo(List.of("Ingress", "Egress"));
            assertThat(at(policy, "spec", "ingress"))
                    .isEqualTo(List.of(Map.of("from", List.of(Map.of("podSelector", workers)))));
            assertThat(list(at(policy, "spec", "egress")).get(0))
                    .isEqualTo(Map.of("to", List.of(Map.of("podSelector", workers))));
        }
    }

    /** The names that the pods of the first replica get. */
    private static String pods(Map<?, ?> job, Map<?, ?> replicated) {
        return at(job, "metadata", "name") + "-" + replicated.get("name") + "-0-";
    }

    private static void assertWorkers(
            Map<?, ?> withVariables, int count, String pods, String subdomain, Map<?, ?> container) {
        int port = (int) map(list(container.get("ports")).get(0)).get("containerPort");
        List<WorkerAddress> expected = IntStream.range(0, count)
                .mapToObj(index -> new WorkerAddress(pods + index + "." + subdomain, port))
                .toList();
        for (int index = 0; index < count; index++) {
            assertThat(ClusterSpec.ofTfConfig(variable(withVariables, index, ClusterSpec.TF_CONFIG)))
                    .hasValue(new ClusterSpec(expected, index));
        }
    }

    /** The value of a variable in the pod of an index. As in Kubernetes, only variables before it are put into it. */
    private static String variable(Map<?, ?> container, int index, String wanted) {
        List<String[]> before = new ArrayList<>();
        for (Object entry : list(container.get("env"))) {
            Map<?, ?> variable = map(entry);
            String value = String.valueOf(variable.get("value"));
            if (variable.containsKey("valueFrom")) {
                assertThat(at(variable, "valueFrom", "fieldRef", "fieldPath")).isEqualTo(INDEX);
                value = String.valueOf(index);
            }
            for (String[] known : before) {
                value = value.replace("$(" + known[0] + ")", known[1]);
            }
            before.add(new String[] {String.valueOf(variable.get("name")), value});
        }
        return before.stream()
                .filter(known -> known[0].equals(wanted))
                .map(known -> known[1])
                .findFirst()
                .orElseThrow();
    }

    /** What Lancet says to the arguments, whose volume is not here. */
    private static String output(Map<?, ?> container) {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        PrintStream stream = new PrintStream(said, true, StandardCharsets.UTF_8);
        String[] arguments =
                list(container.get("args")).stream().map(String::valueOf).toArray(String[]::new);
        assertThat(Main.run(arguments, stream, stream, Map.of())).isPositive();
        return said.toString(StandardCharsets.UTF_8);
    }

    private static Map<?, ?> document(String file, String kind, String version) throws IOException {
        Map<?, ?> document = documents(file).stream()
                .filter(one -> one.get("kind").equals(kind))
                .findFirst()
                .orElseThrow();
        assertThat(document.get("apiVersion")).isEqualTo(version);
        return document;
    }

    private static List<Map<?, ?>> documents(String file) throws IOException {
        List<Map<?, ?>> documents = new ArrayList<>();
        Yaml yaml = new Yaml(new SafeConstructor(new LoaderOptions()));
        yaml.loadAll(Files.readString(FOLDER.resolve(file))).forEach(one -> documents.add(map(one)));
        return documents;
    }

    private static Object at(Map<?, ?> from, String... path) {
        Object now = from;
        for (String key : path) {
            now = map(now).get(key);
        }
        return now;
    }

    private static Map<?, ?> map(Object value) {
        return (Map<?, ?>) value;
    }

    private static List<?> list(Object value) {
        return (List<?>) value;
    }
}
