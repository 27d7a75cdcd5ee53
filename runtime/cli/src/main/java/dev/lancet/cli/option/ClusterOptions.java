package dev.lancet.cli.option;

import dev.lancet.cli.console.Errors;
import dev.lancet.cli.console.LancetCommand;
import dev.lancet.runtime.cluster.ClusterSpec;
import dev.lancet.runtime.cluster.JoinSettings;
import dev.lancet.runtime.cluster.WorkerGroup;
import dev.lancet.runtime.train.TrainingStoppedException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options of a worker that trains with others. */
public final class ClusterOptions {

    /** A step that does not end by itself after a failure is given up. */
    private static final long GRACE_MILLIS = 8000;

    @Option(
            names = "--workers",
            paramLabel = "HOST:PORT,...",
            description = "Train with other processes: the addresses of all of them, the same list for each. Worker 0"
                    + " writes the files. Without it, the variable TF_CONFIG decides.")
    private Optional<String> workers = Optional.empty();

    @Option(names = "--index", paramLabel = "I", description = "The place of this process in --workers, from 0.")
    private Optional<Integer> index = Optional.empty();

    @Option(
            names = "--wait",
            paramLabel = "SECONDS",
            description = "How long to wait for workers that are not there yet (default: 300).")
    private Optional<Integer> patience = Optional.empty();

    @Option(
            names = "--insecure-network",
            description = "Allow public addresses, and systems on which TensorFlow's server listens on all addresses:"
                    + " it has no password and no encryption.")
    private boolean insecure;

    @Mixin
    private final GradientTypeOption wire = new GradientTypeOption();

    /** Does work with the other workers, if there are any, and ends in good order or with an error that all of them get. */
    public <T> T together(LancetCommand command, Function<WorkerGroup, T> work) {
        Optional<ClusterSpec> spec = spec(command);
        if (spec.isEmpty()) {
            command.refuseGiven(
                    "; it has no effect on a single worker", "--wait", "--insecure-network", GradientTypeOption.NAME);
            return work.apply(WorkerGroup.alone());
        }
        try (WorkerGroup group = WorkerGroup.join(spec.get(), settings(command), command.progress())) {
            group.onFailure(message -> endLater(command, message));
            return together(group, work);
        }
    }

    private static <T> T together(WorkerGroup group, Function<WorkerGroup, T> work) {
        try {
            T result = work.apply(group);
            group.finish();
            return result;
        } catch (TrainingStoppedException stopped) {
            group.finish();
            throw stopped;
        } catch (RuntimeException failure) {
            group.failed(String.valueOf(failure.getMessage()));
            throw failure;
        }
    }

    private JoinSettings settings(LancetCommand command) {
        JoinSettings usual = JoinSettings.usual().insecureNetwork(insecure).bfloat16Gradients(wire.bfloat16(command));
        return patience.map(seconds -> usual.patience(Duration.ofSeconds(seconds)))
                .orElse(usual);
    }

    private Optional<ClusterSpec> spec(LancetCommand command) {
        if (workers.isPresent() != index.isPresent()) {
            throw command.wrongUsage("--workers and --index: only one of them is given; give the list and the place of"
                    + " this process in it");
        }
        if (workers.isPresent()) {
            return Optional.of(ClusterSpec.of(workers.get(), index.get())).filter(all -> all.size() > 1);
        }
        return Optional.ofNullable(command.console.env().get(ClusterSpec.TF_CONFIG))
                .filter(json -> !json.isBlank())
                .flatMap(ClusterSpec::ofTfConfig);
    }

    /** What a thread is busy with when another worker fails usually ends by itself; if it does not, the process ends. */
    private static void endLater(LancetCommand command, String message) {
        Thread last = new Thread(
                () -> {
                    try {
                        Thread.sleep(GRACE_MILLIS);
                        new Errors(command.console).say(message);
                        Runtime.getRuntime().halt(ExitCode.SOFTWARE);
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                },
                "lancet-last-resort");
        last.setDaemon(true);
        last.start();
    }
}
