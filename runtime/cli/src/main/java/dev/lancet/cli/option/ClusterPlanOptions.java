package dev.lancet.cli.option;

import dev.lancet.cli.console.LancetCommand;
import dev.lancet.runtime.roofline.ClusterHardware;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The options that name hardware which need not be here. */
public final class ClusterPlanOptions {

    @Option(
            names = "--cluster",
            paramLabel = "\"MxN DEVICE\"",
            description =
                    "With a recipe: memory, bytes sent and the time of a training step on M machines with N devices"
                            + " each, one worker for each device. DEVICE is a100, h100, h200, l4, or cpu with --rates.")
    private Optional<String> cluster = Optional.empty();

    @Option(
            names = "--rates",
            paramLabel = "FILE",
            description = "The rates of a cpu: the output of lancet bench cluster --json.")
    private Optional<Path> rates = Optional.empty();

    /** The hardware, if it is given. */
    public Optional<ClusterHardware> hardware(LancetCommand command) {
        if (cluster.isEmpty() && rates.isPresent()) {
            throw command.wrongUsage("--rates: has no effect without --cluster; give both");
        }
        return cluster.map(text -> ClusterHardware.of(text, rates));
    }
}
