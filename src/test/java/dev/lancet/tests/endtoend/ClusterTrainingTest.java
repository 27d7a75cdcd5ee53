package dev.lancet.tests.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.lancet.cli.Main;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several processes train one model over loopback. */
class ClusterTrainingTest {

    private static final Pattern LOSS = Pattern.compile("\"(?:validation_)?loss\":([-0-9.Ee]+)");
    private static final Pattern SENT = Pattern.compile("\"bytes_sent\":(\\d+)");
    private static final long PATIENCE_SECONDS = 240;

    @TempDir
    Path folder;

    private final List<Process> started = new ArrayList<>();

    @BeforeEach
    void write() throws IOException {
        StringBuilder words = new StringBuilder();
        Random random = new Random(5);
        for (int i = 0; i < 900; i++) {
            words.append(List.of("rates ", "prices ", "jobs ", "and ", "fell. ", "rose. ")
                    .get(random.nextInt(6)));
        }
        Files.writeString(folder.resolve("text.txt"), words);
    }

    @AfterEach
    void stop() {
        started.forEach(Process::destroyForcibly);
    }

    @Test
    void two_workers_go_the_way_of_one_and_one_continues_what_two_began() throws IOException, InterruptedException {
        Path recipe = recipe("Short", 50);
        train(recipe, "one");
        List<Process> workers = workers(recipe, "two");
        assertThat(statuses(workers)).as(output("two", 0) + output("two", 1)).containsExactly(0, 0);

        assertClose("two", "one");
        assertThat(Files.readString(folder.resolve("two/metrics.jsonl")))
                .contains("\"waited_milliseconds\":[", "\"bytes_sent\":");
        assertThat(output("two", 0)).contains("of the time in communication");
        assertThat(output("two", 1)).contains("worker 1 is done");
        Files.move(folder.resolve("two/model"), folder.resolve("model-of-two"));
        train(recipe, "two", "--resume");
        assertThat(folder.resolve("two/model/model.safetensors")).exists();
    }

    @Test
    @Tag("slow")
    void launched_workers_repeat_themselves_exactly_also_when_they_are_interrupted_and_resumed()
            throws IOException, InterruptedException {
        Path recipe = recipe("Again", 100);
        assertThat(statuses(List.of(launch(recipe, "first"))))
                .as(output("first", 0))
                .containsExactly(0);
        Process interrupted = launch(recipe, "second");
        awaitLines("second", 10, List.of(interrupted));
        interrupted.destroy();
        statuses(List.of(interrupted));
        assertThat(output("second", 0)).contains("interrupted: all workers stopped after the same step");
        assertThat(folder.resolve("second/model")).doesNotExist();
        assertThat(statuses(List.of(launch(recipe, "second", "--resume"))))
                .as(output("second", 0))
                .containsExactly(0);

        assertThat(folder.resolve("second/model/model.safetensors"))
                .hasSameBinaryContentAs(folder.resolve("first/model/model.safetensors"));
    }

    @Test
    @Tag("slow")
    void a_worker_that_dies_ends_the_others_with_its_name_and_the_job_goes_on_as_if_nothing_was()
            throws IOException, InterruptedException {
        Path recipe = recipe("Long", 150);
        statuses(workers(recipe, "whole"));
        Random random = new Random();
        int kills = 0;
        while (!Files.exists(folder.resolve("disturbed/model"))) {
            List<Process> workers = workers(recipe, "disturbed", "--resume-or-start");
            int victim = random.nextInt(2);
            awaitLines("disturbed", lines("disturbed") + 1 + random.nextInt(60), workers);
            workers.get(victim).destroyForcibly();
            if (workers.get(victim).waitFor() != 0) {
                kills++;
                assertThat(workers.get(1 - victim).waitFor(30, TimeUnit.SECONDS))
                        .isTrue();
                assertThat(output("disturbed", 1 - victim))
                        .containsPattern("error: cluster: worker " + victim + " \\(127\\.0\\.0\\.1:\\d+\\) ended");
            }
            if (kills == 3) {
                assertThat(statuses(workers(recipe, "disturbed", "--resume-or-start")))
                        .containsExactly(0, 0);
            }
        }

        assertThat(kills).isPositive();
        assertThat(folder.resolve("disturbed/model/model.safetensors"))
                .hasSameBinaryContentAs(folder.resolve("whole/model/model.safetensors"));
    }

    @Test
    @Tag("slow")
    void a_worker_that_freezes_ends_the_others_within_thirty_seconds() throws IOException, InterruptedException {
        for (int victim : new int[] {0, 1}) {
            String out = "frozen-" + victim;
            List<Process> workers = workers(recipe("Frozen", 100_000), out);
            awaitLines(out, 5, workers);
            new ProcessBuilder(
                            "kill", "-STOP", String.valueOf(workers.get(victim).pid()))
                    .start()
                    .waitFor();

            assertThat(workers.get(1 - victim).waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(workers.get(1 - victim).exitValue()).isEqualTo(1);
            assertThat(output(out, 1 - victim))
                    .containsPattern(
                            "error: cluster: worker " + victim + " \\(127\\.0\\.0\\.1:\\d+\\) has not answered");
        }
    }

    @Test
    @Tag("slow")
    void workers_that_send_bfloat16_send_half_and_learn_almost_the_same() throws IOException, InterruptedException {
        Path recipe = recipe("Half", 30);
        assertThat(statuses(workers(recipe, "whole"))).containsExactly(0, 0);
        assertThat(statuses(workers(recipe, "half", "--wire", "bf16")))
                .as(output("half", 0))
                .containsExactly(0, 0);
        List<Double> whole = losses("whole");
        List<Double> half = losses("half");

        assertThat(sent("half") * 2).isEqualTo(sent("whole"));
        assertThat(half).hasSameSizeAs(whole).isNotEqualTo(whole);
        for (int i = 0; i < half.size(); i++) {
            assertThat(half.get(i)).as("loss " + i).isCloseTo(whole.get(i), withinPercentage(0.5));
        }
        String list = addresses();
        Process chief = start(worker(recipe, "mixed", list, 0));
        Process other = start(worker(recipe, "mixed", list, 1, "--wire", "bf16"));
        assertThat(statuses(List.of(chief, other))).containsExactly(1, 1);
        assertThat(output("mixed", 0)).contains("differs from the chief", "gradients sent in bfloat16");
    }

    @Test
    @Tag("slow")
    void another_recipe_is_refused_before_the_first_step() throws IOException, InterruptedException {
        String list = addresses();
        Process chief = start(worker(recipe("Same", 50), "differs", list, 0));
        Process other = start(worker(recipe("Other", 60), "differs", list, 1));

        assertThat(statuses(List.of(chief, other))).containsExactly(1, 1);
        assertThat(output("differs", 0))
                .contains(
                        "error: cluster: worker 1 (127.0.0.1:",
                        "differs from the chief: ",
                        "steps '0 to 60' instead of");
        assertThat(folder.resolve("differs/metrics.jsonl")).doesNotExist();
    }

    private Path recipe(String name, int steps) throws IOException {
        return Files.writeString(
                folder.resolve(name + ".java"), """
                import static dev.lancet.Lancet.*;

                class %s {
                    dev.lancet.dsl.recipe.Recipe made() {
                        var gpt = dev.lancet.dsl.Transformer.decoder("tiny").vocabulary(256).context(16).width(32).layers(2)
                                .attention(heads(4)).feedForward(swiglu(64)).build();
                        return recipe("tiny").candidate("dense", gpt).pretrain(
                                corpus("%s").bytes().holdOut(0.1),
                                adamW(%d, 3e-3).batch(4).accumulate(2).validateEvery(25).seed(3));
                    }
                }
                """.formatted(name, folder.resolve("text.txt"), steps));
    }

    private String place(String out) {
        return folder.resolve(out).toString();
    }

    private void train(Path recipe, String out, String... more) {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        PrintStream stream = new PrintStream(said, true, StandardCharsets.UTF_8);
        List<String> arguments = new ArrayList<>(List.of("train", recipe.toString(), "--out", place(out)));
        arguments.addAll(List.of(more));
        int status = Main.run(arguments.toArray(String[]::new), stream, stream, Map.of());
        assertThat(status).as(said.toString(StandardCharsets.UTF_8)).isZero();
    }

    private List<Process> workers(Path recipe, String out, String... more) throws IOException {
        String list = addresses();
        return List.of(start(worker(recipe, out, list, 0, more)), start(worker(recipe, out, list, 1, more)));
    }

    private Process launch(Path recipe, String out, String... more) throws IOException {
        List<String> arguments =
                new ArrayList<>(List.of("launch", "--workers", "2", recipe.toString(), "--out", place(out)));
        arguments.addAll(List.of(more));
        return start(process(out, 0, arguments));
    }

    private ProcessBuilder worker(Path recipe, String out, String list, int index, String... more) {
        List<String> arguments = new ArrayList<>(List.of("train", recipe.toString(), "--out", place(out)));
        arguments.addAll(List.of("--workers", list, "--index", String.valueOf(index)));
        arguments.addAll(List.of(more));
        return process(out, index, arguments);
    }

    private ProcessBuilder process(String out, int index, List<String> arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                Main.class.getName()));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log(out, index).toFile());
        builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
        return builder;
    }

    private Process start(ProcessBuilder builder) throws IOException {
        Process process = builder.start();
        started.add(process);
        return process;
    }

    private Path log(String out, int index) {
        return folder.resolve(out + "." + index + ".log");
    }

    private String output(String out, int index) throws IOException {
        return Files.readString(log(out, index));
    }

    private static List<Integer> statuses(List<Process> workers) throws InterruptedException {
        List<Integer> statuses = new ArrayList<>();
        for (Process worker : workers) {
            assertThat(worker.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
            statuses.add(worker.exitValue());
        }
        return statuses;
    }

    private void awaitLines(String out, int count, List<Process> workers) throws IOException, InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (workers.stream().allMatch(Process::isAlive) && lines(out) < count) {
            assertThat(System.nanoTime()).as("the moment never came").isLessThan(end);
            Thread.sleep(20);
        }
    }

    private int lines(String out) throws IOException {
        Path metrics = folder.resolve(out).resolve("metrics.jsonl");
        return Files.exists(metrics) ? Files.readAllLines(metrics).size() : 0;
    }

    private void assertClose(String out, String expected) throws IOException {
        List<Double> losses = losses(out);
        List<Double> wanted = losses(expected);
        assertThat(losses).hasSameSizeAs(wanted).hasSize(52);
        for (int i = 0; i < losses.size(); i++) {
            assertThat(losses.get(i)).as("loss " + i).isCloseTo(wanted.get(i), withinPercentage(1e-3));
        }
    }

    private List<Double> losses(String out) throws IOException {
        Matcher found = LOSS.matcher(Files.readString(folder.resolve(out).resolve("metrics.jsonl")));
        return found.results().map(result -> Double.valueOf(result.group(1))).toList();
    }

    private long sent(String out) throws IOException {
        Matcher found = SENT.matcher(Files.readString(folder.resolve(out).resolve("metrics.jsonl")));
        assertThat(found.find()).isTrue();
        return Long.parseLong(found.group(1));
    }

    private static String addresses() throws IOException {
        List<ServerSocket> taken = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            taken.add(new ServerSocket(0, 1, InetAddress.getAllByName("127.0.0.1")[0]));
        }
        for (ServerSocket socket : taken) {
            socket.close();
        }
        return taken.stream()
                .map(socket -> "127.0.0.1:" + socket.getLocalPort())
                .collect(Collectors.joining(","));
    }
}
